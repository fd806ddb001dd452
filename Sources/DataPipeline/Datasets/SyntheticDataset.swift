import Tensors

/// Random pixels and labels, for benchmarks: nothing can be learned from them.
///
/// Records are windows into one megabyte of noise, so that a benchmark measures the trainer and not memory.
struct SyntheticDataset: ImageDataset {
  let imageShape: ImageShape
  let layout = PixelLayout.interleaved
  let sampleShape: [Int]
  let classNames: [String]
  let labels: [Int32]
  private let noise: [UInt8]
  private let offsets: [Int32]

  private static let noiseCount = 1 << 20

  /// - Parameters:
  ///   - sampleShape: `[height, width, channels]` or `[features]`; features are the channels of one pixel.
  ///   - part: Number of the split; each split has its own data.
  init(sampleShape: [Int], classCount: Int, count: Int, seed: UInt64, part: UInt32) {
    precondition(
      (sampleShape.count == 1 || sampleShape.count == 3) && sampleShape.allSatisfy { $0 > 0 },
      "a synthetic sample is [features] or [height, width, channels], not \(sampleShape)")
    precondition(classCount > 0 && count > 0, "\(count) synthetic samples of \(classCount) classes")
    self.sampleShape = sampleShape
    let size = [Int](repeating: 1, count: 3 - sampleShape.count) + sampleShape
    imageShape = ImageShape(height: size[0], width: size[1], channels: size[2])
    classNames = (0..<classCount).map { "class \($0)" }

    var noiseStream = RandomStream(seed: seed, purpose: .synthetic, epochOrStep: part, sample: 0)
    let wordCount = (Self.noiseCount + imageShape.count + 3) / 4
    var noise = [UInt8]()
    noise.reserveCapacity(4 * wordCount)
    for _ in 0..<wordCount {
      withUnsafeBytes(of: noiseStream.next().littleEndian) { noise.append(contentsOf: $0) }
    }
    self.noise = noise
    var stream = RandomStream(seed: seed, purpose: .synthetic, epochOrStep: part, sample: 1)
    labels = (0..<count).map { _ in Int32(stream.integer(below: classCount)) }
    offsets = (0..<count).map { _ in Int32(stream.integer(below: Self.noiseCount)) }
  }

  func withPixels<Result>(
    ofRecord record: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) throws(DataError) -> Result {
    noise.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("noise without storage") }
      return body(base + Int(offsets[record]))
    }
  }
}
