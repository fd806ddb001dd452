import Tensors

/// Reproducible test data, independent of the random streams under test (SplitMix64; Steele et al., 2014).
public struct TestRandom: RandomNumberGenerator {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in [-scale, scale], at least `gap` away from zero: where kinks are.
  public mutating func tensor(
    _ shape: [Int], scale: Double = 1, gap: Double = 0, dtype: DType = .float64, pool: StoragePool
  ) -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { _ in
      let magnitude = gap + (scale - gap) * Double.random(in: 0...1, using: &self)
      return Bool.random(using: &self) ? magnitude : -magnitude
    }
    return Tensor(values, shape: shape, dtype: dtype, pool: pool)
  }

  /// Values in random order of which no two are nearer than `gap`: no ties for a maximum.
  public mutating func distinctTensor(
    _ shape: [Int], gap: Double = 0.01, dtype: DType = .float64, pool: StoragePool
  ) -> Tensor {
    let count = shape.reduce(1, *)
    let values = (0..<count).map { gap * (Double($0) - Double(count) / 2) }
    return Tensor(values.shuffled(using: &self), shape: shape, dtype: dtype, pool: pool)
  }
}
