extension LabelledTextSpecification {
  /// The names of the classes, from the categories or from the labels of these lines.
  func classNames(of lines: [LabelledLine], known: [String]?) throws(DataError) -> [String] {
    guard format == .numbered else {
      return known ?? Set(lines.map(\.label)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    let names = try readCategories()
    if let known, known != names {
      throw DataError(
        categoriesPath ?? path, "names other classes than the model was trained on", advice: "use the same file")
    }
    return names
  }

  /// The label of each line as a number from 0.
  ///
  /// - Parameter path: File of the lines.
  func labels(of lines: [LabelledLine], in path: String, names: [String]) throws(DataError) -> [Int32] {
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, Int32($0)) })
    var labels: [Int32] = []
    for line in lines {
      let found: Int32?
      if format == .numbered {
        found = Int32(line.label).flatMap { $0 >= 1 && $0 <= names.count ? $0 - 1 : nil }
      } else {
        found = numbers[line.label]
      }
      guard let found else {
        let known =
          format == .numbered
          ? "the numbers are 1 to \(names.count)" : "the classes are \(Self.listed(names))"
        throw DataError("\(path), line \(line.line)", "has the unknown label '\(line.label)'", advice: known)
      }
      labels.append(found)
    }
    return labels
  }

  /// Numbers of the training and the validation lines, each ascending.
  func divide(
    _ lines: [LabelledLine], _ labels: [Int32], _ names: [String], seed: UInt64
  ) throws(DataError) -> (training: [Int], validation: [Int]) {
    let result: (training: [Int], validation: [Int])
    var isDrawn = true
    func draw(_ split: DatasetSpecification.Split) throws(DataError) -> (training: [Int], validation: [Int]) {
      try ValidationSplit.divide(labels: labels, classCount: names.count, taking: split, fromEnd: false, seed: seed)
    }
    switch validation {
    case .none, .file: return (Array(lines.indices), [])
    case .fraction(let fraction): result = try draw(.fraction(fraction))
    case .count(let count): result = try draw(.count(count))
    case .indices(let indices):
      isDrawn = false
      let listed = try readIndices(indices, of: lines)
      guard !listed.isEmpty else {
        throw DataError(indices, "lists no line", advice: "list some, or leave data.validation_lines out")
      }
      var isListed = [Bool](repeating: false, count: lines.count)
      for sample in listed { isListed[sample] = true }
      result = (lines.indices.filter { !isListed[$0] }, listed)
      guard !result.training.isEmpty else {
        throw DataError(indices, "lists every line", advice: "leave some to train on")
      }
    }
    let isTrained = Self.areSeen(result.training.map { labels[$0] }, count: names.count)
    if let sample = result.validation.first(where: { !isTrained[Int(labels[$0])] }) {
      let label = names[Int(labels[sample])]
      guard isDrawn else { throw unseen(label, in: path, line: lines[sample].line) }
      throw unseen(
        label, in: path, line: lines[sample].line,
        advice: "data.validation took all lines of that class: lower it, or add such lines")
    }
    return result
  }

  /// The lines of another file, with labels that training lines have.
  ///
  /// - Parameter trained: Labels of the training lines.
  func readLines(
    ofSplit path: String, names: [String], trained: [Int32]
  ) throws(DataError) -> (lines: [LabelledLine], labels: [Int32], note: String?) {
    var other = self
    other.path = path
    let read = try other.readLines()
    let lines = read.lines
    let known = Set(names)
    if format != .numbered, let line = lines.first(where: { !known.contains($0.label) }) {
      throw unseen(line.label, in: path, line: line.line)
    }
    let labels = try labels(of: lines, in: path, names: names)
    let isTrained = Self.areSeen(trained, count: names.count)
    if let sample = labels.indices.first(where: { !isTrained[Int(labels[$0])] }) {
      throw unseen(names[Int(labels[sample])], in: path, line: lines[sample].line)
    }
    return (lines, labels, read.note)
  }

  /// Names for a message; only the first if there are many.
  private static func listed(_ names: [String]) -> String {
    let shown = 20
    let rest = names.count > shown ? " and \(names.count - shown) more" : ""
    return names.prefix(shown).joined(separator: ", ") + rest
  }

  private static func areSeen(_ labels: [Int32], count: Int) -> [Bool] {
    var seen = [Bool](repeating: false, count: count)
    for label in labels { seen[Int(label)] = true }
    return seen
  }

  private func unseen(
    _ label: String, in path: String, line: Int,
    advice: String = "move lines of that class to the training split, or leave them out"
  ) -> DataError {
    DataError("\(path), line \(line)", "has the label '\(label)', which no training line has", advice: advice)
  }
}
