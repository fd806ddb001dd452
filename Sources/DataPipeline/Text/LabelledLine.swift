/// A text and its label, and the line of the file that they begin in.
struct LabelledLine: Equatable {
  var text: [UInt8]
  var label: String
  var line: Int
}

extension LabelledTextSpecification {
  /// The records of the file, in order; throws if the text is not UTF-8.
  func readLines() throws(DataError) -> LabelledLines {
    let bytes = try readText(path)
    let lines =
      switch format {
      case .csv: try CSVReader.lines(bytes, self)
      case .tsv:
        try Self.lines(
          bytes, path, separator: UInt8(ascii: "\t"), expected: "text<TAB>label", skipsFirst: hasHeader == true)
      case .numbered: try Self.lines(bytes, path, separator: UInt8(ascii: " "), expected: "text<SPACE>number")
      }
    guard !lines.isEmpty else { throw DataError(path, "holds no line with a label") }
    return LabelledLines(lines, of: self)
  }

  /// Splits each line at its last separator. Empty lines are skipped, but count in line numbers.
  private static func lines(
    _ bytes: [UInt8], _ path: String, separator: UInt8, expected: String, skipsFirst: Bool = false
  ) throws(DataError) -> [LabelledLine] {
    var lines: [LabelledLine] = []
    var skipsNext = skipsFirst
    for (index, line) in splitIntoLines(bytes).enumerated() where !line.isEmpty {
      if skipsNext {
        skipsNext = false
        continue
      }
      guard let cut = line.lastIndex(of: separator) else {
        throw DataError("\(path), line \(index + 1)", "has no label", advice: "expected \(expected)")
      }
      let label = String(decoding: line[(cut + 1)...], as: UTF8.self)
      lines.append(try checked(Array(line[..<cut]), label, "\(path), line \(index + 1)", line: index + 1, expected))
    }
    return lines
  }

  /// The line without the white space around its label: `cat` and `cat ` are one class.
  static func checked(
    _ text: [UInt8], _ label: String, _ location: String, line: Int, _ expected: String
  ) throws(DataError) -> LabelledLine {
    let label = label.trimmed
    guard !label.isEmpty else { throw DataError(location, "has an empty label", advice: "expected \(expected)") }
    guard !text.isEmpty else { throw DataError(location, "has an empty text", advice: "expected \(expected)") }
    return LabelledLine(text: text, label: label, line: line)
  }

  /// The names of the classes by number from 1, as the file of categories gives them.
  func readCategories() throws(DataError) -> [String] {
    guard let path = categoriesPath else {
      throw DataError(self.path, "has numbers for labels", advice: "give the file that names them", isWrongUse: true)
    }
    var names: [String] = []
    var known = Set<String>()
    for (index, line) in Self.splitIntoLines(try readText(path)).filter({ !$0.isEmpty }).enumerated() {
      let parts = String(decoding: line, as: UTF8.self).trimmed.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, Int(parts[0]) == index + 1 else {
        throw DataError(
          "\(path), line \(index + 1)", "is not '\(index + 1) NAME'", advice: "classes are numbered from 1")
      }
      let name = String(parts[1]).trimmed
      guard known.insert(name).inserted else {
        throw DataError("\(path), line \(index + 1)", "names \(name) a second time")
      }
      names.append(name)
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
    try FileContents.open(path, inflatingAtMost: maxInflatedBytes).withBytes { bytes throws(DataError) in
      if let offset = UTF8Text.firstInvalidByte(bytes) {
        if offset == 0, let encoding = UTF8Text.otherEncoding(bytes) {
          throw DataError(
            path, "is \(encoding), as its byte order mark says",
            advice: "convert it to UTF-8: iconv -f \(encoding) -t UTF-8")
        }
        let byte = String(bytes[offset], radix: 16, uppercase: true)
        throw DataError(
          "\(path), byte \(offset), line \(UTF8Text.line(bytes, at: offset))", "is not UTF-8 (0x\(byte))",
          advice: "convert the file to UTF-8 (iconv)")
      }
      return Array(bytes.dropFirst(UTF8Text.markLength(bytes)))
    }
  }

  /// Lines without their ends, which are LF, CR LF, or CR alone.
  private static func splitIntoLines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let (feed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == feed || byte == carriageReturn {
      // The LF of a CR LF ends no line of its own.
      let isSecondHalf = byte == feed && index > 0 && bytes[index - 1] == carriageReturn
      if !isSecondHalf { lines.append(bytes[start..<index]) }
      start = index + 1
    }
    lines.append(bytes[start...])
    return lines
  }
}

extension String {
  /// Without the white space at both ends.
  fileprivate var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }
}
