import Foundation

/// Lines of standard input as bytes, which need not be UTF-8.
struct StandardInputLines {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// Number of bytes at the buffer's beginning that are known to contain no line end, so that a long line is searched once.
  private var searched = 0
  private var isFirst = true

  init(of descriptor: Int32 = STDIN_FILENO) { self.descriptor = descriptor }

  /// The next line without its end; nil at the end of the input. The last line may have no end.
  mutating func next() throws(Failure) -> [UInt8]? {
    var end = findEnd()
    while end == nil, try fill() { end = findEnd() }
    if end == nil && buffer.isEmpty { return nil }
    var line = buffer[..<(end ?? buffer.count)]
    defer {
      buffer.removeFirst(min(buffer.count, (end ?? buffer.count) + 1))
      (searched, isFirst) = (0, false)
    }
    // A byte order mark is not part of the first line.
    if isFirst, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }

  private mutating func findEnd() -> Int? {
    defer { searched = buffer.count }
    return buffer[searched...].firstIndex(of: UInt8(ascii: "\n"))
  }

  /// False at the end of the input.
  private mutating func fill() throws(Failure) -> Bool {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &piece, piece.count)
      if count > 0 { buffer += piece[..<count] }
      if count >= 0 { return count > 0 }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // The parent process made the input non-blocking.
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&event, 1, -1)
      case let code: throw Failure(code: code)
      }
    }
  }

  /// An error in reading the input, as opposed to its end.
  struct Failure: Error, CustomStringConvertible {
    let code: Int32

    var description: String { "the standard input cannot be read: \(String(cString: strerror(code)))" }
  }
}
