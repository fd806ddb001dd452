/// Comma-separated values as RFC 4180 has them: fields in double quotes may hold commas, line ends and doubled quotes. Lines
/// may also end in LF or CR alone.
struct CSVReader {
  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  /// Line of `position`, from 1.
  private var line = 1

  init(_ bytes: [UInt8], path: String) { (self.bytes, self.path) = (bytes, path) }

  /// The records of a file as texts with labels.
  static func lines(_ bytes: [UInt8], _ specification: LabelledTextSpecification) throws(DataError) -> [LabelledLine] {
    var reader = CSVReader(bytes, path: specification.path)
    if specification.hasHeader == true { _ = try reader.next() }
    var lines: [LabelledLine] = []
    let columns = (specification.textColumn, specification.labelColumn)
    while let (fields, line) = try reader.next() {
      let location = "\(specification.path), line \(line)"
      guard fields.count > max(columns.0, columns.1) else {
        throw DataError(
          location, "has \(fields.count) column\(fields.count == 1 ? "" : "s")",
          advice: "text and label are in columns \(columns.0) and \(columns.1), counted from 0")
      }
      let label = String(decoding: fields[columns.1], as: UTF8.self)
      lines.append(
        try LabelledTextSpecification.checked(
          fields[columns.0], label, location, line: line, "text in column \(columns.0), label in column \(columns.1)"))
    }
    return lines
  }

  /// The next record that is not an empty line, and the line that it begins in; nil at the end.
  mutating func next() throws(DataError) -> (fields: [[UInt8]], line: Int)? {
    while let byte = current, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { advance() }
    guard current != nil else { return nil }
    let first = line
    var fields = [try field()]
    while current == UInt8(ascii: ",") {
      advance()
      fields.append(try field())
    }
    if current == UInt8(ascii: "\r") { advance() }
    if current == UInt8(ascii: "\n") { advance() }
    return (fields, first)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func advance() {
    let byte = bytes[position]
    position += 1
    // CR LF counts with its LF.
    if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") && current != UInt8(ascii: "\n") { line += 1 }
  }

  private var isAtLineEnd: Bool {
    guard let byte = current else { return true }
    return byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private mutating func field() throws(DataError) -> [UInt8] {
    var field: [UInt8] = []
    guard current == UInt8(ascii: "\"") else {
      while !isAtLineEnd, let byte = current, byte != UInt8(ascii: ",") {
        field.append(byte)
        advance()
      }
      return field
    }
    let first = line
    advance()
    while let byte = current {
      advance()
      if byte != UInt8(ascii: "\"") {
        field.append(byte)
      } else if current == UInt8(ascii: "\"") {
        field.append(byte)
        advance()
      } else {
        guard isAtLineEnd || current == UInt8(ascii: ",") else {
          throw DataError("\(path), line \(line)", "goes on after a closing quote", advice: "quotes inside are doubled")
        }
        return field
      }
    }
    throw DataError("\(path), line \(first)", "has a quote that is not closed")
  }
}
