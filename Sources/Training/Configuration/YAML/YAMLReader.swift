import Yams

/// Reads YAML text into nodes; the one place that knows the YAML library.
struct YAMLReader {
  let fileName: String
  private(set) var issues: [ConfigurationIssue] = []

  /// Where the text's values are said to be: lines and columns of a file, or one override.
  private let override: String?

  init(fileName: String) { (self.fileName, override) = (fileName, nil) }
  init(override: String) { (fileName, self.override) = ("", override) }

  /// The document's root, nil if there is none to go on with. Mistakes are added to `issues`.
  mutating func read(_ text: String) -> YAMLNode? {
    var duplicates = DuplicateKeys(text)
    while true {
      do {
        guard let root = try Parser(yaml: duplicates.text, encoding: .utf8).singleRoot() else { return nil }
        return node(root, duplicates, path: "")
      } catch YamlError.duplicatedKeysInMapping(_, let context) {
        if duplicates.rename(at: context.mark.line, context.mark.column) { continue }
        report("a key of this mapping is given twice", at: context.mark)
      } catch let error as YamlError {
        report(error, text: text)
      } catch {
        report("\(error)", at: nil)
      }
      return nil
    }
  }

  private mutating func node(_ node: Node, _ duplicates: DuplicateKeys, path: String) -> YAMLNode {
    let place = place(node.mark)
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      return YAMLNode(.scalar(scalar.string, quoted: !isPlain), at: place)
    case .sequence(let items):
      let children = items.enumerated().map { (index, item) in
        self.node(item, duplicates, path: join(path, "\(index)"))
      }
      return YAMLNode(.sequence(children), at: place)
    case .mapping(let pairs):
      return YAMLNode(.mapping(entries(pairs, duplicates, path: path)), at: place)
    case .alias:
      return YAMLNode(.scalar("", quoted: false), at: place)
    }
  }

  private mutating func entries(
    _ pairs: Node.Mapping, _ duplicates: DuplicateKeys, path: String
  ) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    for (keyNode, valueNode) in pairs {
      guard case .scalar(let scalar) = keyNode else {
        report("a key must be a word", at: keyNode.mark)
        continue
      }
      let key = duplicates.originalKey(scalar.string)
      if let first = entries.first(where: { $0.key == key }) {
        let inSection = path.isEmpty ? "" : " in \(path)"
        report(
          "key '\(key)' is given twice\(inSection)", hint: "it was given before\(line(of: first))", at: keyNode.mark)
        continue
      }
      let value = node(valueNode, duplicates, path: join(path, key))
      entries.append(YAMLNode.Entry(key: key, keyPlace: place(keyNode.mark), value: value))
    }
    return entries
  }

  private func line(of entry: YAMLNode.Entry) -> String {
    if case .file(_, let line, _) = entry.keyPlace { " on line \(line)" } else { "" }
  }

  private func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private func place(_ mark: Mark?) -> SourcePlace {
    if let override { return .override(override) }
    return mark.map { .file(fileName, line: $0.line, column: $0.column) } ?? .wholeFile(fileName)
  }

  private mutating func report(_ message: String, hint: String? = nil, at mark: Mark?) {
    issues.append(ConfigurationIssue(place: place(mark), message: message, hint: hint))
  }

  private mutating func report(_ error: YamlError, text: String) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let before = context.map { "\($0.text.trimmingSpaces) on line \($0.mark.line): " } ?? ""
      let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(mark.line - 1).first ?? ""
      let hasTab = line.prefix { $0 == " " || $0 == "\t" }.contains("\t")
      report(
        "not valid YAML: \(before)\(problem.trimmingSpaces)",
        hint: hasTab ? "indent by spaces, not by tabs" : nil, at: mark)
    case .reader(let problem, let offset, _, _):
      let before = text.prefix(offset ?? 0)
      let line = before.filter(\.isNewline).count + 1
      let column = before.reversed().prefix { !$0.isNewline }.count + 1
      let place = override.map { .override($0) } ?? SourcePlace.file(fileName, line: line, column: column)
      issues.append(ConfigurationIssue(place: place, message: "not valid YAML: \(problem)", hint: nil))
    default:
      report("not valid YAML: \(error)", at: nil)
    }
  }
}

/// Gets past the parser's refusal of duplicate keys, which ends at the first one and would hide all other mistakes: the
/// key that it stumbles over is overwritten by as many private-use characters, so that all places stay right, and gets
/// its name back afterwards.
private struct DuplicateKeys {
  private(set) var text: String
  private var originals: [String: String] = [:]

  /// Where the Basic Multilingual Plane's private-use area begins, and how many keys may get a character of it.
  private static let firstPrivate: UInt32 = 0xe000
  private static let limit = 1000

  init(_ text: String) { self.text = text }

  func originalKey(_ key: String) -> String { originals[key] ?? key }

  /// Renames the key that begins at a place (both count from 1). False if no plain or quoted word stands there.
  mutating func rename(at line: Int, _ column: Int) -> Bool {
    guard originals.count < Self.limit,
      let substitute = Unicode.Scalar(Self.firstPrivate + UInt32(originals.count))
    else { return false }
    var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
    guard lines.indices.contains(line - 1), lines[line - 1].indices.contains(column - 1) else { return false }
    let opening = lines[line - 1][column - 1]
    let isQuoted = opening == "\"" || opening == "'"
    let first = column - 1 + (isQuoted ? 1 : 0)
    let word = lines[line - 1][first...].prefix { isQuoted ? $0 != opening : ($0 != ":" && $0 != " ") }
    guard !word.isEmpty else { return false }
    lines[line - 1].replaceSubrange(word.indices, with: Array(repeating: substitute, count: word.count))
    originals[String(String.UnicodeScalarView(repeatElement(substitute, count: word.count)))] =
      String(String.UnicodeScalarView(word))
    text = lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
    return true
  }
}

extension String {
  /// The YAML library's texts end in blanks here and there.
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
