/// Collects the mistakes that are found while nodes are decoded, and the locations of keys for later checks.
package struct DecodingContext {
  package private(set) var issues: [ConfigurationIssue] = []
  /// Used for lookups only, so its order does not matter.
  private var locations: [String: ConfigurationLocation] = [:]
  private var unsound: Set<String> = []
  private var hintsLeft = 100

  /// Dotted paths of all keys, for the hint about a key in the wrong section.
  private let knownPaths: [String]
  /// Other libraries' names for keys and words.
  package let names: ForeignNames

  package init(
    issues: [ConfigurationIssue] = [], knownPaths: [String] = [], names: ForeignNames = ForeignNames()
  ) {
    (self.issues, self.knownPaths, self.names) = (issues, knownPaths, names)
  }

  package mutating func report(_ message: String, hint: String? = nil, at location: ConfigurationLocation, path: String)
  {
    issues.append(ConfigurationIssue(location: location, message: message, hint: hint))
    unsound.insert(path)
  }

  /// Reports that the value at `path` has a wrong type.
  package mutating func mismatch(_ node: YAMLNode, path: String, expected: String, hint: String? = nil) {
    let subject = path.isEmpty ? "the configuration" : path
    report("\(subject): expected \(expected), found \(node.summary)", hint: hint, at: node.location, path: path)
  }

  /// Reports a key that nothing reads.
  package mutating func reportUnknown(_ entry: YAMLNode.Entry, path: String, known: [String]) {
    let section = path.isEmpty ? "" : " in \(path)"
    let suggestion = hint { $0.hint(entry.key, path: path, known: known) }
    report(
      "unknown key '\(entry.key.shortened)'\(section)", hint: suggestion,
      at: entry.keyLocation, path: path.isEmpty ? entry.key : "\(path).\(entry.key)")
  }

  /// Makes a hint, but only for the first mistakes, which are shown: looking for a similar word takes time.
  package mutating func hint(_ make: (DecodingContext) -> String) -> String? {
    guard hintsLeft > 0 else { return nil }
    hintsLeft -= 1
    return make(self)
  }

  /// The candidate that other libraries call `word`, or else the one that the fewest edits turn it into, the first of equals; nil
  /// if none is near.
  package func nearestWord(_ word: String, in candidates: [String]) -> String? {
    names.word(word, in: candidates) ?? NearestWord.nearest(word, in: candidates)
  }

  /// `did you mean 'x'?`, or the whole list if nothing is near.
  package func hint(_ word: String, in candidates: [String], listTitle: String) -> String {
    if let advice = names.advice(onWord: word) { return advice }
    if let nearest = nearestWord(word, in: candidates) { return "did you mean '\(nearest)'?" }
    return "\(listTitle): \(candidates.joined(separator: ", "))"
  }

  /// Hint for an unknown key: our name for another library's, else the section that has the key, else the nearest key here.
  private func hint(_ key: String, path: String, known: [String]) -> String {
    if let here = names.key(key, at: path, known: known) { return "did you mean '\(here)'?" }
    if NearestWord.nearest(key, in: known).map({ NearestWord.folded($0) }) != NearestWord.folded(key),
      let elsewhere = whereBelongs(key)
    {
      return elsewhere
    }
    if let near = NearestWord.nearest(key, in: known) { return "did you mean '\(near)'?" }
    return "known keys: \(known.joined(separator: ", "))"
  }

  /// Hint for a key that belongs to another section, or to the command line.
  private func whereBelongs(_ key: String) -> String? {
    let folded = NearestWord.folded(key)
    let own = knownPaths.filter { path in
      path.contains(".") && path.split(separator: ".").last.map { NearestWord.folded(String($0)) } == folded
    }
    let paths = own.isEmpty ? names.path(of: key).map { [$0] } ?? [] : own
    guard let last = paths.last else { return names.advice(onKey: key) }
    let others = paths.dropLast().joined(separator: ", ")
    return "did you mean \(others.isEmpty ? "" : others + " or ")\(last)?"
  }

  package mutating func remember(_ path: String, at location: ConfigurationLocation) { locations[path] = location }

  /// Whether the key was written (even as `null`).
  package func isGiven(_ path: String) -> Bool { locations[path] != nil }

  private func isUnsound(_ path: String) -> Bool { unsound.contains { $0 == path || $0.hasPrefix("\(path).") } }

  /// Reports a problem of the keys at `paths` taken together, at the last of them that was given. Reports nothing if one of them
  /// could not be decoded.
  package mutating func check(
    _ paths: String..., holds condition: Bool, _ message: @autoclosure () -> String,
    hint: @autoclosure () -> String? = nil
  ) {
    guard !condition, !paths.contains(where: isUnsound) else { return }
    let sections = paths.map { $0.prefix { $0 != "." } }.map(String.init)
    let location = (paths.reversed() + sections + [""]).compactMap { locations[$0] }.first ?? .none
    issues.append(ConfigurationIssue(location: location, message: message(), hint: hint()))
  }
}
