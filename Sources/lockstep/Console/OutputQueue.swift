import Foundation
import Tensors

/// Hands output to a descriptor without ever keeping whoever prints: a thread of its own writes. Where nobody reads (a terminal
/// after Ctrl-S, a full pipe), what is printed waits in the queue, up to a limit; then it is left out.
///
/// As long as the output is read, a line has been written when `put` returns, so that nothing is missing after a crash.
final class OutputQueue: @unchecked Sendable {
  /// How a piece counts that finds no room.
  enum Kind {
    /// A picture of the moment, which the next one replaces.
    case frame
    case line
  }

  /// Seconds that a piece is waited for before the output counts as stuck, from when on nothing is.
  private static let patience = 0.1
  /// Bytes that wait for a reader.
  private static let limit = 1 << 20

  private let descriptor: Int32
  private let failed: @Sendable (Int32) -> Void
  /// Guards what follows.
  private let condition = NSCondition()
  private var pieces: [[UInt8]] = []
  private var waitingBytes = 0
  private var isBusy = false
  private var isStuck = false
  /// Nobody can ever read what is written.
  private var isClosed = false
  private var lostLines = 0
  /// Pieces, and parts of long ones, written so far.
  private var progress = 0
  private var isStarted = false
  /// The system refused one: whoever prints then writes, and waits.
  private var hasNoThread = false

  /// - Parameter failed: Told of each kind of error in writing once, on the thread that writes.
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

  /// Waits until all has been written, as long as somebody reads.
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

  /// With the lock held.
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

/// Writing to a descriptor that may be anything.
enum DescriptorOutput {
  /// Returns once all is written, or cannot be.
  ///
  /// - Parameter wrote: Called after each part of it.
  /// - Returns: the system's reason; nil where all was written.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, wrote: () -> Void = {}) -> Int32? {
    var rest = bytes
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, rest.baseAddress, min(rest.count, 4096))
      if written > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        wrote()
      } else if errno == EAGAIN {
        // Whoever started this process may share a descriptor that never waits.
        var event = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&event, 1, 1000)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}
