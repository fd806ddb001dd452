import CKernels

/// A stream of random numbers that is a function of its key alone. Philox4x32-10 (Salmon et al., 2011) is counter-based, so a
/// draw does not depend on other draws, on their order, or on the worker.
public struct RandomStream: Sendable {
  /// The key for the C kernels.
  public let key: ck_stream
  private var position: UInt64 = 0

  /// - Parameters:
  ///   - seed: Seed of the training run.
  ///   - purpose: What is drawn; streams of different purposes are independent.
  ///   - epochOrStep: Number of the repetition: the epoch of a permutation, the step of a dropout mask.
  ///   - sample: Number of the sample in the whole data set or the global batch, never within a worker.
  ///   - layer: Number of the layer or parameter, below 2²⁴.
  public init(seed: UInt64, purpose: RandomPurpose, epochOrStep: UInt32 = 0, sample: UInt32 = 0, layer: UInt32 = 0) {
    precondition(layer < 1 << 24, "layer \(layer) of a random stream is not below 2^24")
    key = ck_stream(seed: seed, purpose: purpose.rawValue, step: epochOrStep, sample: sample, layer: layer)
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    var word: UInt32 = 0
    ck_random_words(key, position, 1, &word)
    position += 1
    return word
  }

  /// The next 64 random bits.
  public mutating func next64() -> UInt64 {
    let high = UInt64(next())
    return high << 32 | UInt64(next())
  }

  /// Uniform in 0 ..< 1, with 53 random bits.
  public mutating func uniform() -> Double { Double(next64() >> 11) * 0x1p-53 }

  /// Uniform in 0 ..< bound, every value equally likely: Lemire's multiplication with rejection (2019).
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "a random integer below \(bound)")
    let range = UInt32(bound)
    var product = UInt64(next()) * UInt64(range)
    if UInt32(truncatingIfNeeded: product) < range {
      let threshold = (0 &- range) % range
      while UInt32(truncatingIfNeeded: product) < threshold { product = UInt64(next()) * UInt64(range) }
    }
    return Int(product >> 32)
  }

  /// True with the given probability.
  public mutating func bool(probability: Double = 0.5) -> Bool { uniform() < probability }

  /// 0 ..< count in random order (Fisher and Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, integer(below: last + 1))
    }
  }

  /// Fills `tensor` with uniform values, always from the start of the stream.
  public func fillUniform(_ tensor: Tensor, in range: Range<Double>) {
    ck_random_uniform(
      tensor.dtype.kernelType, key, tensor.count, range.lowerBound, range.upperBound, tensor.pointer)
  }

  /// Fills `tensor` with normal values, always from the start of the stream; both types get the same numbers.
  public func fillNormal(_ tensor: Tensor, mean: Double = 0, deviation: Double = 1) {
    ck_random_normal(tensor.dtype.kernelType, key, tensor.count, mean, deviation, tensor.pointer)
  }
}
