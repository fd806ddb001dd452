/// Numbers of samples by true and predicted class. Only non-zero cells are stored, so that memory grows with the samples, not
/// with the pairs of classes.
public struct ConfusionMatrix: Sendable, Equatable {
  public struct Cell: Sendable, Equatable {
    public let actual: Int
    public let predicted: Int
    public let count: Int

    public init(actual: Int, predicted: Int, count: Int) {
      (self.actual, self.predicted, self.count) = (actual, predicted, count)
    }
  }

  public let classes: Int
  /// Non-zero cells, by true class, then by predicted class.
  public let cells: [Cell]
  /// Number of samples of each true class.
  public let totals: [Int]
  /// Number of samples of each class that were classified correctly.
  public let recognized: [Int]

  /// - Parameter pairs: True and predicted class of each sample (`pair(actual:predicted:)`), in any order.
  init(classes: Int, pairs: [UInt64] = []) {
    var (cells, totals) = ([Cell](), [Int](repeating: 0, count: classes))
    var recognized = totals
    let sorted = pairs.sorted()
    var start = 0
    while start < sorted.count {
      let end = sorted[start...].firstIndex { $0 != sorted[start] } ?? sorted.count
      let (actual, predicted) = (Int(sorted[start] >> 32), Int(UInt32(truncatingIfNeeded: sorted[start])))
      precondition(actual < classes && predicted < classes, "classes \(actual) and \(predicted) of \(classes)")
      cells.append(Cell(actual: actual, predicted: predicted, count: end - start))
      totals[actual] += end - start
      if actual == predicted { recognized[actual] = end - start }
      start = end
    }
    (self.classes, self.cells, self.totals, self.recognized) = (classes, cells, totals, recognized)
  }

  static func pair(actual: Int, predicted: Int) -> UInt64 { UInt64(actual) << 32 | UInt64(predicted) }

  /// All counts, `[true class][predicted class]`, for few classes only.
  public var rows: [[Int]] {
    var rows = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for cell in cells { rows[cell.actual][cell.predicted] = cell.count }
    return rows
  }

  /// The most frequent pairs of different true and predicted classes; with equal counts, lower classes come first.
  public func worst(_ count: Int) -> [Cell] {
    let mistakes = cells.filter { $0.actual != $0.predicted }
    let order = mistakes.indices.sorted {
      (mistakes[$1].count, $0) < (mistakes[$0].count, $1)
    }
    return order.prefix(count).map { mistakes[$0] }
  }

  /// Share of each class that was classified correctly; nil for a class without samples.
  public var perClassAccuracy: [Double?] {
    zip(totals, recognized).map { total, count in total > 0 ? Double(count) / Double(total) : nil }
  }
}
