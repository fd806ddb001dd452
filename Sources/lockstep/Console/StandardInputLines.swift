import Foundation

/// Lines of standard input as bytes, as they come: what is not UTF-8 is for the reader to judge.
struct StandardInputLines: IteratorProtocol {
  private var buffer: [UInt8] = []

  /// The next line without its end; nil at the end of the input. The last line may have no end.
  mutating func next() -> [UInt8]? {
    var end = buffer.firstIndex(of: UInt8(ascii: "\n"))
    while end == nil, fill() { end = buffer.firstIndex(of: UInt8(ascii: "\n")) }
    if end == nil && buffer.isEmpty { return nil }
    let line = buffer[..<(end ?? buffer.count)]
    defer { buffer.removeFirst(min(buffer.count, line.count + 1)) }
    return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }

  /// False at the end of the input.
  private mutating func fill() -> Bool {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &piece, piece.count)
      if count > 0 { buffer += piece[..<count] }
      if count >= 0 || errno != EINTR { return count > 0 }
    }
  }
}
