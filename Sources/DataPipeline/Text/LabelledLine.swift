/// A text and its label, and the line of the file that they begin in.
struct LabelledLine: Equatable {
  var text: [UInt8]
  var label: String
  var line: Int
}

extension LabelledTextSpecification {
  /// The records of the file, in order, its text known to be UTF-8.
  func readLines() throws(DataError) -> [LabelledLine] {
    let bytes = try readText(path)
    let lines =
      switch format {
      case .csv: try CSVReader.lines(bytes, self)
      case .tsv: try Self.lines(bytes, path, separator: UInt8(ascii: "\t"), expected: "text<TAB>label")
      case .numbered: try Self.lines(bytes, path, separator: UInt8(ascii: " "), expected: "text<SPACE>number")
      }
    guard !lines.isEmpty else { throw DataError(path, "holds no line with a label") }
    return lines
  }

  /// Cuts at the last separator of each line. Empty lines are skipped but for what they count.
  private static func lines(
    _ bytes: [UInt8], _ path: String, separator: UInt8, expected: String
  ) throws(DataError) -> [LabelledLine] {
    var lines: [LabelledLine] = []
    for (index, rest) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let line = rest.last == UInt8(ascii: "\r") ? rest.dropLast() : rest
      if line.isEmpty { continue }
      guard let cut = line.lastIndex(of: separator) else {
        throw DataError("\(path), line \(index + 1)", "has no label", advice: "expected \(expected)")
      }
      let label = String(decoding: line[(cut + 1)...], as: UTF8.self)
      lines.append(try checked(Array(line[..<cut]), label, "\(path), line \(index + 1)", line: index + 1, expected))
    }
    return lines
  }

  static func checked(
    _ text: [UInt8], _ label: String, _ location: String, line: Int, _ expected: String
  ) throws(DataError) -> LabelledLine {
    guard !label.allSatisfy(\.isWhitespace) else {
      throw DataError(location, "has an empty label", advice: "expected \(expected)")
    }
    guard !text.isEmpty else { throw DataError(location, "has an empty text", advice: "expected \(expected)") }
    return LabelledLine(text: text, label: label, line: line)
  }

  /// The names of the classes by number from 1, as the file of categories gives them.
  func readCategories() throws(DataError) -> [String] {
    guard let path = categoriesPath else {
      throw DataError(self.path, "has numbers for labels", advice: "give the file that names them", isWrongUse: true)
    }
    var names: [String] = []
    for (index, line) in try Self.textLines(readText(path)).enumerated() {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, Int(parts[0]) == index + 1 else {
        throw DataError(
          "\(path), line \(index + 1)", "is not '\(index + 1) NAME'", advice: "classes are numbered from 1")
      }
      guard !names.contains(String(parts[1])) else {
        throw DataError("\(path), line \(index + 1)", "names \(parts[1]) a second time")
      }
      names.append(String(parts[1]))
    }
    return names
  }

  /// Numbers from 0 of the samples whose lines a file lists, ascending.
  func readIndices(_ path: String, of lines: [LabelledLine]) throws(DataError) -> [Int] {
    var samples = [Int: Int](minimumCapacity: lines.count)
    for (sample, line) in lines.enumerated() { samples[line.line] = sample }
    var isListed = [Bool](repeating: false, count: lines.count)
    for word in String(decoding: try readText(path), as: UTF8.self).split(whereSeparator: \.isWhitespace) {
      guard let number = Int(word), let sample = samples[number] else {
        throw DataError(
          path, "'\(word)' is not the number of a line with a sample in \(self.path)",
          advice: "lines are numbered from 1")
      }
      guard !isListed[sample] else { throw DataError(path, "lists line \(number) twice") }
      isListed[sample] = true
    }
    return isListed.indices.filter { isListed[$0] }
  }

  private func readText(_ path: String) throws(DataError) -> [UInt8] {
    try FileContents.open(path).withBytes { bytes throws(DataError) in
      if let offset = UTF8Text.firstInvalidByte(bytes) {
        let byte = String(bytes[offset], radix: 16, uppercase: true)
        throw DataError(
          "\(path), byte \(offset), line \(UTF8Text.line(bytes, at: offset))", "is not UTF-8 (0x\(byte))",
          advice: "convert the file to UTF-8 (iconv)")
      }
      // A byte order mark is no part of the first text.
      return Array(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...])
    }
  }

  private static func textLines(_ bytes: [UInt8]) -> [String] {
    bytes.split(separator: UInt8(ascii: "\n")).map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
  }
}
