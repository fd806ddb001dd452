/// How a text is split by position: training first, then validation, then test.
public struct TextSplits: Sendable, Equatable {
  /// Shares of the text's bytes.
  public var validation: Double
  public var test: Double

  public init(validation: Double = 0.1, test: Double = 0) {
    (self.validation, self.test) = (validation, test)
  }

  /// Bytes of the three splits; no character is cut, and a byte order mark is left out.
  func ranges(of bytes: UnsafeRawBufferPointer, source: String) throws(DataError) -> [Range<Int>] {
    guard validation >= 0, test >= 0, validation + test < 1 else {
      throw DataError(
        source, "cannot give \(validation) of itself for validation and \(test) for testing",
        advice: "shares are 0 or more, and leave something to train on", isWrongUse: true)
    }
    let start = UTF8Text.markLength(bytes)
    func cut(keeping share: Double) -> Int {
      max(start, UTF8Text.boundary(bytes, atOrBefore: min(bytes.count, Int(Double(bytes.count) * share))))
    }
    let training = cut(keeping: 1 - (validation + test))
    let testing = cut(keeping: 1 - test)
    let ranges = [start..<training, training..<testing, testing..<bytes.count]
    for (range, (name, share)) in zip(ranges, [("training", 1), ("validation", validation), ("test", test)])
    where range.isEmpty && share > 0 {
      throw DataError(
        source, "is empty in its \(name) split (\(bytes.count) bytes in all)",
        advice: "take more text, or no such split")
    }
    return ranges
  }
}
