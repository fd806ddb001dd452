import Tensors

extension DatasetSplits {
  /// Tells data that a run was trained on from others, wherever they lie: SHA-256, in hexadecimal, over the shape, the
  /// classes, and of the training and the validation split all labels and the pixels of a few samples.
  public func contentDigest() throws(DataError) -> String {
    var hash = SHA256()
    hash.update("\(training.contentShape) \(classNames)".utf8)
    try training.addContent(to: &hash)
    try validation?.addContent(to: &hash)
    return hash.finalizeHexadecimal()
  }

  /// The same of the test split, which no training depends on.
  public func testDigest() throws(DataError) -> String {
    var hash = SHA256()
    try test?.addContent(to: &hash)
    return hash.finalizeHexadecimal()
  }
}

extension ImageSplit {
  /// Few enough that reading them takes no time, also where each is a file to decode.
  private static let probes = 16

  public func addContent(to hash: inout SHA256) throws(DataError) {
    hash.update("\(records.map { dataset.labels[$0] })".utf8)
    let pixels = dataset.imageShape.count
    for probe in 0..<min(count, Self.probes) {
      // Spread evenly over the split, the first sample among them.
      try dataset.withPixels(ofRecord: records[probe * count / min(count, Self.probes)]) { bytes in
        hash.update(UnsafeRawBufferPointer(start: bytes, count: pixels))
      }
    }
  }
}
