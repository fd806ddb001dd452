import Tensors

/// Takes a validation split out of the training records.
enum ValidationSplit {
  /// - Returns: numbers in 0 ..< `labels.count`, each part ascending.
  static func divide(
    labels: [Int32], classCount: Int, taking split: DatasetSpecification.Split, fromEnd: Bool, seed: UInt64
  ) throws(DataError) -> (training: [Int], validation: [Int]) {
    let count = labels.count
    let wanted = split.count(of: count)
    guard wanted > 0, wanted < count else {
      throw DataError(
        "data.validation", "takes \(wanted) of \(count) training samples",
        advice: "take at least one sample, and leave at least one", isWrongUse: true)
    }
    if fromEnd { return (Array(0..<count - wanted), Array(count - wanted..<count)) }
    let validation = drawStratified(labels: labels, classCount: classCount, count: wanted, seed: seed)
    var isValidation = [Bool](repeating: false, count: count)
    for sample in validation { isValidation[sample] = true }
    return ((0..<count).filter { !isValidation[$0] }, validation)
  }

  /// Draws from each class in proportion to its size. Largest remainders are rounded up (ties: lower label), but a class's only
  /// remaining sample is taken last.
  private static func drawStratified(labels: [Int32], classCount: Int, count: Int, seed: UInt64) -> [Int] {
    var members = [[Int]](repeating: [], count: classCount)
    for (sample, label) in labels.enumerated() { members[Int(label)].append(sample) }
    // In integers: quota = size · count / total, remainder below total.
    var quotas = members.map { $0.count * count / labels.count }
    let remainders = members.map { $0.count * count % labels.count }
    let order = remainders.indices.sorted { first, second in
      let (keeps, otherKeeps) = (quotas[first] + 1 < members[first].count, quotas[second] + 1 < members[second].count)
      return keeps == otherKeeps ? (remainders[second], first) < (remainders[first], second) : keeps
    }
    for label in order.prefix(count - quotas.reduce(0, +)) { quotas[label] += 1 }
    var drawn: [Int] = []
    for (label, samples) in members.enumerated() {
      var stream = RandomStream(seed: seed, purpose: .split, sample: UInt32(label))
      drawn += stream.permutation(samples.count).prefix(quotas[label]).map { samples[$0] }
    }
    return drawn.sorted()
  }
}
