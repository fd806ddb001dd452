/// Collects what goes wrong while nodes become values, and remembers where keys stood for checks that follow.
struct DecodingContext {
  private(set) var issues: [ConfigurationIssue] = []
  /// Looked up only, never gone through, so that its order does not matter.
  private var places: [String: SourcePlace] = [:]
  private var unsound: Set<String> = []

  /// Dotted paths of keys, to tell where a key belongs that stands in the wrong section.
  private let knownPaths: [String]

  init(issues: [ConfigurationIssue] = [], knownPaths: [String] = []) {
    (self.issues, self.knownPaths) = (issues, knownPaths)
  }

  mutating func report(_ message: String, hint: String? = nil, at place: SourcePlace, path: String) {
    issues.append(ConfigurationIssue(place: place, message: message, hint: hint))
    unsound.insert(path)
  }

  /// What stands at `path` is not of the type it must have.
  mutating func mismatch(_ node: YAMLNode, path: String, expected: String, hint: String? = nil) {
    let subject = path.isEmpty ? "the configuration" : path
    report("\(subject): expected \(expected), found \(node.summary)", hint: hint, at: node.place, path: path)
  }

  /// A key that nothing reads.
  mutating func reportUnknown(_ entry: YAMLNode.Entry, path: String, known: [String]) {
    let section = path.isEmpty ? "" : " in \(path)"
    let elsewhere = NearestWord.find(entry.key, in: known) == nil ? whereBelongs(entry.key) : nil
    report(
      "unknown key '\(entry.key)'\(section)",
      hint: elsewhere.map { "did you mean \($0)?" }
        ?? NearestWord.hint(entry.key, in: known, listTitle: "known keys"),
      at: entry.keyPlace, path: path.isEmpty ? entry.key : "\(path).\(entry.key)")
  }

  /// The path of a key of this name in another section.
  private func whereBelongs(_ key: String) -> String? {
    if ["lr", "learning_rate"].contains(key) { return "schedule.rate" }
    return knownPaths.first { $0.hasSuffix(".\(key)") }
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
