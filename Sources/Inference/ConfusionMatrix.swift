/// How often each true class was taken for each predicted class: the cells that are not zero, so that thousands of classes take
/// memory for each sample, not for each pair of classes.
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
  /// By true class, then by predicted class.
  public let cells: [Cell]
  /// Samples of each true class.
  public let totals: [Int]
  /// Samples of them that were recognised.
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

  /// All counts: `[true class][predicted class]`. Only for few classes.
  public var rows: [[Int]] {
    var rows = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for cell in cells { rows[cell.actual][cell.predicted] = cell.count }
    return rows
  }

  /// The pairs of different classes that were mixed up most often; of equal counts, lower classes first.
  public func worst(_ count: Int) -> [Cell] {
    let mistakes = cells.filter { $0.actual != $0.predicted }
    let order = mistakes.indices.sorted {
      (mistakes[$1].count, $0) < (mistakes[$0].count, $1)
    }
    return order.prefix(count).map { mistakes[$0] }
  }

  /// Share of each class that was recognised; nil where there is no sample of it.
  public var perClassAccuracy: [Double?] {
    zip(totals, recognized).map { total, count in total > 0 ? Double(count) / Double(total) : nil }
  }
}
