/// Reads YAML text into nodes.
///
/// The text is untrusted: it may come from a checkpoint of somebody else. So its size, its depth, and the number of its values
/// with aliases expanded are limited. A repeated key is reported like any other mistake.
package struct YAMLReader {
  package let fileName: String
  package private(set) var issues: [ConfigurationIssue] = []

  /// The override that the text comes from; nil for a file, in which each value has a line and a column.
  private let override: String?

  /// Most bytes of a text, far more than people write.
  package static let largestSize = 1 << 20
  package static let mostValues = 100_000
  package static let mostLevels = 64

  package init(fileName: String) { (self.fileName, override) = (fileName, nil) }
  package init(override: String) { (fileName, self.override) = ("", override) }

  /// The document's root; nil if it cannot be read. Mistakes are added to `issues`.
  package mutating func read(_ text: String) -> YAMLNode? {
    guard text.utf8.count <= Self.largestSize else {
      report(
        "the text has \(text.utf8.count) bytes; the most that is read is \(Self.largestSize)",
        hint: "is it a configuration?", at: nil)
      return nil
    }
    // Editors of other systems begin a file with a byte order mark.
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    var composer = YAMLComposer(text)
    do {
      let root = try composer.document { [self] mark in location(mark) }
      issues += composer.issues
      return root
    } catch {
      issues += composer.issues
      let line = error.mark.flatMap { mark in
        text.split(separator: "\n", maxSplits: mark.line, omittingEmptySubsequences: false).dropFirst(mark.line - 1)
          .first
      }
      let hasTab = line?.prefix { $0 == " " || $0 == "\t" }.contains("\t") ?? false
      report(error.message, hint: error.hint ?? (hasTab ? "indent by spaces, not by tabs" : nil), at: error.mark)
      return nil
    }
  }

  private func location(_ mark: YAMLEvents.Mark?) -> ConfigurationLocation {
    if let override { return .override(override) }
    return mark.map { .file(fileName, line: $0.line, column: $0.column) } ?? .wholeFile(fileName)
  }

  private mutating func report(_ message: String, hint: String? = nil, at mark: YAMLEvents.Mark?) {
    issues.append(ConfigurationIssue(location: location(mark), message: message, hint: hint))
  }
}

/// Builds the tree of one document from its events. It does not recurse, since a thread that reads may have a small stack.
private struct YAMLComposer {
  /// A mistake after which the text cannot be read on.
  struct Failure: Error {
    let message: String
    var hint: String?
    let mark: YAMLEvents.Mark?
  }

  /// A subtree and its size: number of values, and levels below its root.
  private struct Part {
    var node: YAMLNode
    var values = 1
    var levels = 0
  }

  /// A list or a mapping that has not ended yet.
  private struct Open {
    let mark: YAMLEvents.Mark
    let anchor: String?
    let isMapping: Bool
    var items: [YAMLNode] = []
    var entries: [YAMLNode.Entry] = []
    /// Line of each key's first occurrence. Used for lookups only, so its order does not matter.
    var lines: [String: Int] = [:]
    /// The key whose value comes next; its text is nil if it is not a word.
    var key: (text: String?, mark: YAMLEvents.Mark)?
    var values = 1
    var levels = 0
  }

  private(set) var issues: [ConfigurationIssue] = []
  private let events: YAMLEvents
  private var anchors: [String: Part] = [:]
  /// Number of values in the document so far, those behind aliases counted each time.
  private var values = 0
  private var open: [Open] = []
  private var root: Part?

  init(_ text: String) { events = YAMLEvents(text) }

  /// - Parameter location: Gives the location of a mark, for messages.
  mutating func document(_ location: (YAMLEvents.Mark) -> ConfigurationLocation) throws(Failure) -> YAMLNode? {
    guard case .document = try next().event else { return nil }
    while root == nil {
      let (event, mark) = try next()
      switch event {
      case .scalar(let text, let isPlain, let anchor):
        try count(1, at: mark)
        add(Part(node: YAMLNode(.scalar(text, quoted: !isPlain), at: location(mark))), anchor, mark, location)
      case .sequence(let anchor), .mapping(let anchor):
        try count(1, at: mark)
        try checkLevel(open.count, at: mark)
        let isMapping = if case .mapping = event { true } else { false }
        open.append(Open(mark: mark, anchor: anchor, isMapping: isMapping))
      case .alias(let name):
        guard let known = anchors[name] else {
          throw Failure(message: "not valid YAML: found undefined alias", hint: Self.starHint, mark: mark)
        }
        try count(known.values, at: mark)
        try checkLevel(open.count + known.levels, at: mark)
        add(known, nil, mark, location)
      case .end: close(location)
      case .document, .endOfText: throw Failure(message: "not valid YAML: a value is missing", mark: mark)
      }
    }
    let end = try next()
    guard case .endOfText = end.event else {
      throw Failure(
        message: "not valid YAML: expected a single document in the stream on line 1: but found another document",
        mark: end.mark)
    }
    return root?.node
  }

  private func next() throws(Failure) -> (event: YAMLEvents.Event, mark: YAMLEvents.Mark) {
    do {
      return try events.next()
    } catch {
      let isOfAlias = error.message.contains("while scanning an alias")
      throw Failure(
        message: "not valid YAML: \(error.message)", hint: isOfAlias ? Self.starHint : nil, mark: error.mark)
    }
  }

  /// Patterns of paths often begin with a star, and their authors need not know of aliases.
  private static let starHint = "put a text that begins with * in quotes"

  private mutating func close(_ location: (YAMLEvents.Mark) -> ConfigurationLocation) {
    guard let ended = open.popLast() else { return }
    let content: YAMLNode.Content = ended.isMapping ? .mapping(ended.entries) : .sequence(ended.items)
    let part = Part(node: YAMLNode(content, at: location(ended.mark)), values: ended.values, levels: ended.levels)
    add(part, ended.anchor, ended.mark, location)
  }

  /// Adds a part to the innermost list or mapping that is still open.
  private mutating func add(
    _ part: Part, _ anchor: String?, _ mark: YAMLEvents.Mark, _ location: (YAMLEvents.Mark) -> ConfigurationLocation
  ) {
    if let anchor { anchors[anchor] = part }
    guard var parent = open.popLast() else {
      root = part
      return
    }
    parent.values += part.values
    parent.levels = max(parent.levels, part.levels + 1)
    if !parent.isMapping {
      parent.items.append(part.node)
    } else if let key = parent.key {
      parent.key = nil
      if let text = key.text { add(part.node, as: text, key.mark, to: &parent, location) }
    } else if case .scalar(let text, _) = part.node.content {
      parent.key = (text, mark)
    } else {
      issues.append(ConfigurationIssue(location: location(mark), message: "a key must be a word", hint: nil))
      parent.key = (nil, mark)
    }
    open.append(parent)
  }

  private mutating func add(
    _ node: YAMLNode, as key: String, _ mark: YAMLEvents.Mark, to mapping: inout Open,
    _ location: (YAMLEvents.Mark) -> ConfigurationLocation
  ) {
    guard let line = mapping.lines[key] else {
      mapping.lines[key] = mark.line
      mapping.entries.append(YAMLNode.Entry(key: key, keyLocation: location(mark), value: node))
      return
    }
    let path = open.map { $0.isMapping ? $0.key?.text ?? "" : "\($0.items.count)" }.joined(separator: ".")
    let inSection = path.isEmpty ? "" : " in \(path.shortened)"
    let before = if case .file = location(mark) { " on line \(line)" } else { "" }
    issues.append(
      ConfigurationIssue(
        location: location(mark), message: "key '\(key.shortened)' is given twice\(inSection)",
        hint: "it was given before\(before)"))
  }

  private mutating func count(_ added: Int, at mark: YAMLEvents.Mark) throws(Failure) {
    values += added
    guard values <= YAMLReader.mostValues else {
      throw Failure(
        message: "more than \(YAMLReader.mostValues) values, with aliases expanded",
        hint: "write less, or fewer aliases of aliases", mark: mark)
    }
  }

  private func checkLevel(_ level: Int, at mark: YAMLEvents.Mark) throws(Failure) {
    guard level < YAMLReader.mostLevels else {
      throw Failure(
        message: "nested deeper than \(YAMLReader.mostLevels) levels", hint: "write the inner lists less deep",
        mark: mark)
    }
  }
}

extension String {
  /// The text shortened for messages: a text from a file may be as long as the file.
  package var shortened: String {
    let most = 100
    return utf8.count <= most ? self : String(prefix(most)) + "…"
  }
}
