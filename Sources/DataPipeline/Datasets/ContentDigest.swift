import Hashing

extension DatasetSplits {
  /// Identifies the data of a run, wherever they are stored: SHA-256, in hexadecimal, of the shape, the classes, and all labels
  /// and pixels of the training and the validation split; beyond 1 GiB of pixels, of evenly spaced samples. Of images that are
  /// files, it covers names and sizes, and the pixels of a few.
  public func contentDigest() throws(DataError) -> String {
    var hash = SHA256()
    hash.update("\(training.contentShape) \(classNames)".utf8)
    try training.addContent(to: &hash)
    try validation?.addContent(to: &hash)
    return Self.digestVersion + hash.finalizeHexadecimal()
  }

  /// Prefix of digests that are computed in this way; others cannot be compared with them.
  public static let digestVersion = "2-"

  /// The same digest of the test split, on which training does not depend.
  public func testDigest() throws(DataError) -> String {
    var hash = SHA256()
    try test?.addContent(to: &hash)
    return hash.finalizeHexadecimal()
  }
}

extension ImageSplit {
  /// Number of files that are decoded; few, so that it takes no time.
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

  /// Most files whose sizes are read. That takes microseconds on a local disk, but a millisecond on some shared disks.
  private static let mostFiles = 20_000

  /// At most `most` records, evenly spaced over the split, from the first one on.
  private func evenlySpaced(atMost most: Int) -> [Int] {
    let chosen = min(count, most)
    return (0..<chosen).map { records[$0 * count / chosen] }
  }
}
