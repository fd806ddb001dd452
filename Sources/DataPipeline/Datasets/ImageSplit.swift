/// Some records of a data set, in a fixed order: the training, validation or test split.
public struct ImageSplit: Sendable {
  public let dataset: any ImageDataset
  /// Record of each sample.
  public let records: [Int]

  public init(dataset: any ImageDataset, records: [Int]) {
    precondition(records.allSatisfy { $0 >= 0 && $0 < dataset.count }, "records outside 0..<\(dataset.count)")
    (self.dataset, self.records) = (dataset, records)
  }

  public init(_ dataset: any ImageDataset) {
    self.init(dataset: dataset, records: Array(0..<dataset.count))
  }

  public var count: Int { records.count }
  public var classNames: [String] { dataset.classNames }
  public var sampleShape: [Int] { dataset.sampleShape }

  public func label(ofSample sample: Int) -> Int32 { dataset.labels[records[sample]] }
}
