extension LabelledTextSpecification {
  /// The label of each line as a number from 0, and the names of the classes.
  func labels(of lines: [LabelledLine], classNames: [String]?) throws(DataError) -> ([Int32], [String]) {
    let names: [String]
    if format == .numbered {
      names = try readCategories()
      if let classNames, classNames != names {
        throw DataError(
          categoriesPath ?? path, "names other classes than the model was trained on", advice: "use the same file")
      }
    } else {
      names = classNames ?? Set(lines.map(\.label)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
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
          ? "the numbers are 1 to \(names.count)" : "the classes are \(names.joined(separator: ", "))"
        throw DataError("\(path), line \(line.line)", "has the unknown label '\(line.label)'", advice: known)
      }
      labels.append(found)
    }
    return (labels, names)
  }

  /// Numbers of the training and the validation lines, each ascending.
  func divide(
    _ lines: [LabelledLine], _ labels: [Int32], _ names: [String], seed: UInt64
  ) throws(DataError) -> (training: [Int], validation: [Int]) {
    let result: (training: [Int], validation: [Int])
    func draw(_ split: DatasetSpecification.Split) throws(DataError) -> (training: [Int], validation: [Int]) {
      try ValidationSplit.divide(labels: labels, classCount: names.count, taking: split, fromEnd: false, seed: seed)
    }
    switch validation {
    case .none: return (Array(lines.indices), [])
    case .fraction(let fraction): result = try draw(.fraction(fraction))
    case .count(let count): result = try draw(.count(count))
    case .indices(let indices):
      let listed = try readIndices(indices, of: lines)
      var isListed = [Bool](repeating: false, count: lines.count)
      for sample in listed { isListed[sample] = true }
      result = (lines.indices.filter { !isListed[$0] }, listed)
      guard !result.training.isEmpty else {
        throw DataError(indices, "lists every line", advice: "leave some to train on")
      }
    }
    var isTrained = [Bool](repeating: false, count: names.count)
    for sample in result.training { isTrained[Int(labels[sample])] = true }
    if let sample = result.validation.first(where: { !isTrained[Int(labels[$0])] }) {
      throw DataError(
        "\(path), line \(lines[sample].line)",
        "has the label '\(names[Int(labels[sample])])', which no training line has",
        advice: "move lines of that class to the training split, or leave them out")
    }
    return result
  }
}
