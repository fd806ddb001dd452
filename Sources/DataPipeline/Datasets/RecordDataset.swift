/// Images that lie in files as records of one size: IDX and CIFAR files.
struct RecordDataset: ImageDataset {
  /// A file's range of records.
  struct Segment: Sendable {
    let file: FileContents
    /// Byte at which the first record's pixels begin.
    let offset: Int
    /// Bytes from one record's pixels to the next's.
    let stride: Int
    let count: Int
  }

  let imageShape: ImageShape
  let layout: PixelLayout
  let classNames: [String]
  let labels: [Int32]
  private let segments: [Segment]
  /// Number of the first record of each segment.
  private let starts: [Int]

  init(imageShape: ImageShape, layout: PixelLayout, classNames: [String], labels: [Int32], segments: [Segment]) {
    (self.imageShape, self.layout, self.classNames) = (imageShape, layout, classNames)
    (self.labels, self.segments) = (labels, segments)
    starts = segments.indices.map { segments[..<$0].reduce(0) { $0 + $1.count } }
    precondition(
      segments.reduce(0) { $0 + $1.count } == labels.count,
      "\(labels.count) labels for \(segments.map(\.count)) records")
    for segment in segments where segment.count > 0 {
      let end = segment.offset + (segment.count - 1) * segment.stride + imageShape.count
      precondition(end <= segment.file.count, "records reach byte \(end) of \(segment.file.path)")
    }
  }

  func withPixels<Result>(
    ofRecord record: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) throws(DataError) -> Result {
    precondition(labels.indices.contains(record), "record \(record) of \(labels.count)")
    // There are only a few files.
    var number = segments.count - 1
    while starts[number] > record { number -= 1 }
    let segment = segments[number]
    let start = segment.offset + (record - starts[number]) * segment.stride
    return segment.file.withBytes { bytes in
      guard let base = bytes.baseAddress else { preconditionFailure("a record in an empty file") }
      return body((base + start).assumingMemoryBound(to: UInt8.self))
    }
  }
}
