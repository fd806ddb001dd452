/// Collects what goes wrong while nodes become values, and remembers where keys stood for checks that follow.
struct DecodingContext {
  private(set) var issues: [ConfigurationIssue] = []
  /// Looked up only, never gone through, so that its order does not matter.
  private var places: [String: SourcePlace] = [:]
  private var unsound: Set<String> = []
  private var hintsLeft = 100

  /// Dotted paths of keys, to tell where a key belongs that stands in the wrong section.
  private let knownPaths: [String]

  init(issues: [ConfigurationIssue] = [], knownPaths: [String] = []) {
    (self.issues, self.knownPaths) = (issues, knownPaths)
  }

  mutating func report(_ message: String, hint: String? = nil, at place: SourcePlace, path: String) {
    issues.append(ConfigurationIssue(place: place, message: message, hint: hint))
    unsound.insert(path)
  }

  /// Reports that the value at `path` has another type than it must.
  mutating func mismatch(_ node: YAMLNode, path: String, expected: String, hint: String? = nil) {
    let subject = path.isEmpty ? "the configuration" : path
    report("\(subject): expected \(expected), found \(node.summary)", hint: hint, at: node.place, path: path)
  }

  /// A key that nothing reads.
  mutating func reportUnknown(_ entry: YAMLNode.Entry, path: String, known: [String]) {
    let section = path.isEmpty ? "" : " in \(path)"
    let paths = knownPaths
    let suggestion = hint { Self.hint(entry.key, path: path, known: known, knownPaths: paths) }
    report(
      "unknown key '\(entry.key.shortened)'\(section)", hint: suggestion,
      at: entry.keyPlace, path: path.isEmpty ? entry.key : "\(path).\(entry.key)")
  }

  /// Only the first mistakes are shown, and looking for what was meant takes time.
  mutating func hint(_ make: () -> String) -> String? {
    guard hintsLeft > 0 else { return nil }
    hintsLeft -= 1
    return make()
  }

  /// Ours for another library's name, then a key of this name elsewhere, then the nearest one here.
  private static func hint(_ key: String, path: String, known: [String], knownPaths: [String]) -> String {
    if let here = ForeignNames.key(key, at: path, known: known) { return "did you mean '\(here)'?" }
    if NearestWord.nearest(key, in: known).map({ NearestWord.folded($0) }) != NearestWord.folded(key),
      let elsewhere = whereBelongs(key, knownPaths: knownPaths)
    {
      return elsewhere
    }
    if let near = NearestWord.nearest(key, in: known) { return "did you mean '\(near)'?" }
    return "known keys: \(known.joined(separator: ", "))"
  }

  /// Hint for a key that belongs into another section, or to the command line.
  private static func whereBelongs(_ key: String, knownPaths: [String]) -> String? {
    let folded = NearestWord.folded(key)
    let own = knownPaths.filter { path in
      path.contains(".") && path.split(separator: ".").last.map { NearestWord.folded(String($0)) } == folded
    }
    let paths = own.isEmpty ? ForeignNames.path(of: key).map { [$0] } ?? [] : own
    guard let last = paths.last else { return ForeignNames.advice(onKey: key) }
    let others = paths.dropLast().joined(separator: ", ")
    return "did you mean \(others.isEmpty ? "" : others + " or ")\(last)?"
  }

  mutating func remember(_ path: String, at place: SourcePlace) { places[path] = place }

  /// Whether the key was written (even as `null`).
  func isGiven(_ path: String) -> Bool { places[path] != nil }

  private func isUnsound(_ path: String) -> Bool { unsound.contains { $0 == path || $0.hasPrefix("\(path).") } }

  /// Reports what is wrong with the keys at `paths` taken together, at the last of them that was written; unless one of
  /// them was not understood in the first place.
  mutating func check(
    _ paths: String..., holds condition: Bool, _ message: @autoclosure () -> String,
    hint: @autoclosure () -> String? = nil
  ) {
    guard !condition, !paths.contains(where: isUnsound) else { return }
    let sections = paths.map { $0.prefix { $0 != "." } }.map(String.init)
    let place = (paths.reversed() + sections + [""]).compactMap { places[$0] }.first ?? .none
    issues.append(ConfigurationIssue(place: place, message: message(), hint: hint()))
  }
}
