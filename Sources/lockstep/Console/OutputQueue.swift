import Foundation
import Tensors

/// Writes output to a descriptor on its own thread, so that printing never blocks. If nobody reads (a terminal after Ctrl-S, a
/// full pipe), output waits in the queue up to a limit; beyond it, output is dropped.
///
/// While the output is being read, a line has been written when `put` returns, so a crash loses nothing.
final class OutputQueue: @unchecked Sendable {
  /// Treatment of output that does not fit into the queue.
  enum Kind {
    /// A progress bar, which the next one replaces.
    case frame
    case line
  }

  /// Seconds that `put` waits for the reader. After that the output counts as stuck, and `put` no longer waits.
  private static let patience = 0.1
  /// Most bytes that wait in the queue.
  private static let limit = 1 << 20

  private let descriptor: Int32
  private let failed: @Sendable (Int32) -> Void
  /// Guards the properties below.
  private let condition = NSCondition()
  private var pieces: [[UInt8]] = []
  private var waitingBytes = 0
  private var isBusy = false
  private var isStuck = false
  /// The descriptor can no longer be written to.
  private var isClosed = false
  private var lostLines = 0
  /// Number of pieces, or parts of long ones, written so far.
  private var progress = 0
  private var isStarted = false
  /// Nil if the system refused a thread: then `put` writes by itself, and waits.
  private var hasNoThread = false

  /// - Parameter failed: Called once for each kind of write error, on the writing thread.
  init(_ descriptor: Int32, failed: @escaping @Sendable (_ code: Int32) -> Void = { _ in }) {
    (self.descriptor, self.failed) = (descriptor, failed)
  }

  func put(_ bytes: some Sequence<UInt8>, as kind: Kind = .line) {
    condition.lock()
    defer { condition.unlock() }
    guard !isClosed, !(isStuck && kind == .frame) else { return }
    let piece = Array(bytes)
    guard waitingBytes + piece.count <= Self.limit else {
      lostLines += 1
      return
    }
    append(piece)
    guard !isStuck else { return }
    isStuck = !waitUntilEmpty(limit: Self.patience)
  }

  /// Waits until everything has been written, while the reader makes progress.
  func flush(limit: Double = 2) {
    condition.lock()
    defer { condition.unlock() }
    let end = Date(timeIntervalSinceNow: 10 * limit)
    var before = -1
    while before != progress && Date() < end {
      before = progress
      if waitUntilEmpty(limit: limit) { return }
    }
  }

  private func append(_ piece: [UInt8]) {
    if !isStarted {
      isStarted = true
      do { try SystemThread.detach { [self] in writeAll() } } catch { hasNoThread = true }
    }
    guard !hasNoThread else {
      if let failure = write(piece) { failed(failure) }
      return
    }
    pieces.append(piece)
    waitingBytes += piece.count
    condition.broadcast()
  }

  /// Requires the lock.
  private func waitUntilEmpty(limit: Double) -> Bool {
    let end = Date(timeIntervalSinceNow: limit)
    while isBusy || !pieces.isEmpty {
      guard condition.wait(until: end) else { return !isBusy && pieces.isEmpty }
    }
    return true
  }

  private func write(_ piece: [UInt8], wrote: () -> Void = {}) -> Int32? {
    piece.withUnsafeBytes { DescriptorOutput.write($0, to: descriptor, wrote: wrote) }
  }

  private func writeAll() {
    var told: Set<Int32> = []
    condition.lock()
    while true {
      while pieces.isEmpty { condition.wait() }
      let piece = pieces.removeFirst()
      isBusy = true
      condition.unlock()
      let failure = write(piece) { [self] in condition.withLock { progress += 1 } }
      if let failure, told.insert(failure).inserted { failed(failure) }
      condition.lock()
      isBusy = false
      waitingBytes -= piece.count
      progress += 1
      if failure == EPIPE {
        isClosed = true
        (pieces, waitingBytes) = ([], 0)
      }
      if pieces.isEmpty {
        isStuck = false
        if lostLines > 0 && !isClosed {
          append(Array("(\(lostLines) lines of output are missing here: nobody read them)\n".utf8))
          lostLines = 0
        }
      }
      condition.broadcast()
    }
  }
}

/// Writes to any kind of descriptor.
enum DescriptorOutput {
  /// Returns when everything is written, or an error occurred.
  ///
  /// - Parameter wrote: Called after each part.
  /// - Returns: Error code of the system; nil if everything was written.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, wrote: () -> Void = {}) -> Int32? {
    var rest = bytes
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, rest.baseAddress, min(rest.count, 4096))
      if written > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        wrote()
      } else if errno == EAGAIN {
        // The parent process may have made the shared descriptor non-blocking.
        var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&event, 1, 1000)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}
