import Hashing

extension DatasetSplits {
  /// Tells data that a run was trained on from others, wherever they lie: SHA-256, in hexadecimal, over the shape, the
  /// classes, and of the training and the validation split all labels and pixels (of more than 1 GiB, as many samples,
  /// evenly spaced). Of images that are files, their names and sizes count, and the pixels of a few.
  public func contentDigest() throws(DataError) -> String {
    var hash = SHA256()
    hash.update("\(training.contentShape) \(classNames)".utf8)
    try training.addContent(to: &hash)
    try validation?.addContent(to: &hash)
    return Self.digestVersion + hash.finalizeHexadecimal()
  }

  /// Prefix of digests that were made in this way; others say nothing about these data.
  public static let digestVersion = "2-"

  /// The same of the test split, which no training depends on.
  public func testDigest() throws(DataError) -> String {
    var hash = SHA256()
    try test?.addContent(to: &hash)
    return hash.finalizeHexadecimal()
  }
}

extension ImageSplit {
  /// Files that are decoded: few enough that it takes no time.
  private static let decoded = 16
  private static let mostBytes = 1 << 30

  public func addContent(to hash: inout SHA256) throws(DataError) {
    hash.update("\(records.map { dataset.labels[$0] })".utf8)
    let pixels = dataset.imageShape.count
    var digest: UInt64 = 0
    for record in evenlySpaced(atMost: dataset.decodesOnRead ? Self.decoded : max(1, Self.mostBytes / pixels)) {
      try dataset.withPixels(ofRecord: record) { bytes in
        digest = Digest.of(UnsafeRawBufferPointer(start: bytes, count: pixels), seed: digest)
      }
    }
    for record in evenlySpaced(atMost: Self.mostFiles) { digest = dataset.fileIdentity(ofRecord: record, seed: digest) }
    hash.update("\(digest)".utf8)
  }

  /// Asking for the size of a file takes microseconds here, but a millisecond of some shared disks.
  private static let mostFiles = 20_000

  /// At most so many records, evenly over the split, the first one among them.
  private func evenlySpaced(atMost most: Int) -> [Int] {
    let chosen = min(count, most)
    return (0..<chosen).map { records[$0 * count / chosen] }
  }
}
