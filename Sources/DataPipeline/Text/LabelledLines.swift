import PlainText

/// The lines of a file with their labels, and a note if its first line may be a header.
struct LabelledLines {
  private(set) var lines: [LabelledLine]
  /// A note for a person, on one line even if the label has line ends.
  private(set) var note: String?

  /// Looks for a header unless the specification says whether there is one: a first line with a label that tables use as the name
  /// of such a column, and that no other line has.
  init(_ lines: [LabelledLine], of specification: LabelledTextSpecification) {
    self.lines = lines
    guard specification.hasHeader == nil, specification.format != .numbered, lines.count > 1,
      let first = lines.first, !lines.dropFirst().contains(where: { $0.label == first.label })
    else { return }
    let location = "\(specification.path), line \(first.line),"
    if Self.columnNames.contains(first.label.lowercased()) {
      self.lines.removeFirst()
      note =
        "\(location) is taken for a header and left out, as its label is '\(first.label)'; set data.header: false to keep it"
        .onOneLine
    } else if Self.othersRecur(lines.dropFirst()) {
      note =
        "\(location) has the label '\(first.label)', which no other line has; if it is a header, set data.header: true"
        .onOneLine
    }
  }

  /// Whether every label occurs twice or more.
  private static func othersRecur(_ lines: ArraySlice<LabelledLine>) -> Bool {
    var counts: [String: Int] = [:]
    for line in lines { counts[line.label, default: 0] += 1 }
    return counts.values.allSatisfy { $0 > 1 }
  }

  /// Names of a column of labels, in small letters.
  private static let columnNames: Set<String> = [
    "answer", "author", "categories", "category", "class", "class index", "class name", "class_id", "class_index",
    "class_label", "class_name", "classes", "classid", "classname", "country", "emotion", "genre", "group", "intent",
    "is_spam", "label", "label_id", "label_name", "label_text", "labels", "lang", "language", "nationality", "origin",
    "output", "polarity", "rating", "score", "sentiment", "spam", "species", "stars", "tag", "tags", "target",
    "targets", "topic", "type", "y",
  ]
}
