/// Finds the word that a person may have meant.
package enum NearestWord {
  /// The candidate that the fewest edits turn `word` into, the first of equals; nil if none is near.
  package static func nearest(_ word: String, in candidates: [String]) -> String? {
    // No word of ours is as long, and the time grows with the length.
    guard word.utf8.count <= longest else { return nil }
    let folded = fold(word)
    // A short word is near nothing but itself: `lr` is not `l2`.
    let limit = folded.count < 3 ? 0 : max(1, folded.count / 3)
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      let other = fold(candidate)
      guard abs(other.count - folded.count) <= limit else { continue }
      let distance = distance(folded, other)
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }

  private static let longest = 100

  /// The form in which words are compared.
  package static func folded(_ word: String) -> String { String(fold(String(word.prefix(longest)))) }

  /// `batchSize`, `batch-size` and `batch_size` count as one word.
  private static func fold(_ word: String) -> [Character] {
    Array(word.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " })
  }

  /// Edits (insertions, deletions, replacements, swaps of neighbours) between two words: the restricted
  /// Damerau–Levenshtein distance, O(mn).
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast = [Int]()
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var edits = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, beforeLast[j - 1] + 1) }
        row.append(edits)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
