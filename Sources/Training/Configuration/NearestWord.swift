/// Finds what someone may have meant.
enum NearestWord {
  /// The candidate that the fewest edits turn `word` into, the first of equals; nil if none is near.
  static func find(_ word: String, in candidates: [String]) -> String? {
    let folded = fold(word)
    let limit = max(1, folded.count / 3)
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(folded, fold(candidate))
      if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// `did you mean 'x'?`, or the whole list where nothing is near.
  static func hint(_ word: String, in candidates: [String], listTitle: String) -> String {
    if let nearest = find(word, in: candidates) { return "did you mean '\(nearest)'?" }
    return "\(listTitle): \(candidates.joined(separator: ", "))"
  }

  /// `batchSize`, `batch-size` and `batch_size` are one word to whoever types them.
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
