/// Names in other libraries and our names for the same things, from which hints are made.
///
/// Spellings differ in case, hyphens and underscores only as `NearestWord` folds them, so each is listed once.
package struct ForeignNames: Sendable {
  package typealias Pair = (ours: String, theirs: [String])
  package typealias Advice = (names: [String], hint: String)

  /// Ours, as `section.key`, and theirs. `layers.` stands for the keys of a layer, `parameters.` for those
  /// of a rule, `*.` for a key of any section.
  private let keys: [Pair]
  /// Keys without a counterpart, and what to do.
  private let keyAdvice: [Advice]
  private let words: [Pair]
  private let wordAdvice: [Advice]

  package init(
    keys: [Pair] = [], keyAdvice: [Advice] = [], words: [Pair] = [], wordAdvice: [Advice] = []
  ) {
    (self.keys, self.keyAdvice) = (keys, keyAdvice)
    (self.words, self.wordAdvice) = (words, wordAdvice)
  }

  /// Our key for `word` among the keys of the section at `path`.
  package func key(_ word: String, at path: String, known: [String]) -> String? {
    let folded = NearestWord.folded(word)
    let section = path.hasPrefix("model.layers") ? "layers" : path.prefix { $0 != "." }.description
    for entry in keys where entry.theirs.contains(folded) {
      let parts = entry.ours.split(separator: ".").map(String.init)
      let isHere = parts.count == 1 ? path.isEmpty : parts[0] == section || parts[0] == "*"
      if isHere, let key = parts.last, known.contains(key) { return key }
    }
    return nil
  }

  /// Our key for `word`, whatever its section.
  package func path(of word: String) -> String? {
    let folded = NearestWord.folded(word)
    return keys.first {
      $0.theirs.contains(folded) && $0.ours.contains(".")
        && !["*.", "layers.", "parameters."].contains(where: $0.ours.hasPrefix)
    }?.ours
  }

  /// Advice on a key that has no counterpart.
  package func advice(onKey word: String) -> String? {
    let folded = word == "<<" ? word : NearestWord.folded(word)
    return keyAdvice.first { $0.names.contains(folded) }?.hint
  }

  /// Our word for `word` among `candidates`.
  package func word(_ word: String, in candidates: [String]) -> String? {
    let folded = NearestWord.folded(word)
    return words.first { $0.theirs.contains(folded) && candidates.contains($0.ours) }?.ours
  }

  /// Advice on a word that has no counterpart.
  package func advice(onWord word: String) -> String? {
    let folded = NearestWord.folded(word)
    return wordAdvice.first { $0.names.contains(folded) }?.hint
  }
}
