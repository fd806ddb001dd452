import Autograd
import Tensors
import TestSupport
import Testing

/// Normalisation by groups and scaling of channels against sums that are written out, at sizes beyond the kernels' blocks.
@Suite struct GroupNormalizationTests {
  private let context = ExecutionContext()

  /// Mean and 1 / √(variance + epsilon) of one group of one sample.
  private func moments(_ values: [Double], epsilon: Double) -> (mean: Double, inverse: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return (mean, 1 / (variance + epsilon).squareRoot())
  }

  private func expected(_ x: Tensor, groups: Int, weight: [Double], bias: [Double], lengths: [Int]) -> [Double] {
    let (samples, positions, channels) = (x.shape[0], x.shape[1], x.shape[2])
    let size = channels / groups
    let values = x.values
    var result = [Double](repeating: 0, count: values.count)
    for sample in 0..<samples {
      for group in 0..<groups {
        let indices = (0..<lengths[sample]).flatMap { position in
          (group * size..<(group + 1) * size).map { (sample * positions + position) * channels + $0 }
        }
        let (mean, inverse) = moments(indices.map { values[$0] }, epsilon: 1e-5)
        for index in indices {
          let channel = index % channels
          result[index] = (values[index] - mean) * inverse * weight[channel] + bias[channel]
        }
      }
    }
    return result
  }

  @Test(arguments: [(1, 1, 63), (6, 3, 65), (257, 257, 5), (514, 2, 129), (520, 1, 3), (300, 150, 64)])
  func isTheNormalisation(channels: Int, groups: Int, positions: Int) throws {
    var random = TestRandom(seed: 7)
    let x = random.tensor([3, positions, channels], pool: context.pool)
    let (weight, bias) = (random.tensor([channels], pool: context.pool), random.tensor([channels], pool: context.pool))
    for lengths in [[positions, positions, positions], [positions, 1, (positions + 1) / 2]] {
      let tape = Tape(context: context, recording: false)
      let output = tape.input(x).groupNormalized(
        groups: groups, weight: tape.input(weight), bias: tape.input(bias), epsilon: 1e-5, lengths: lengths)
      let reference = expected(x, groups: groups, weight: weight.values, bias: bias.values, lengths: lengths)
      #expect(zip(output.value.values, reference).allSatisfy { abs($0 - $1) <= 1e-9 })
    }
  }

  /// In float32 too, numbers far from zero lose no more than their own rounding.
  @Test func anOffsetDoesNotMatter() {
    var random = TestRandom(seed: 8)
    let x = random.tensor([2, 130, 6], dtype: .float32, pool: context.pool)
    let far = Tensor(x.values.map { $0 + 1e4 }, shape: x.shape, dtype: .float32, pool: context.pool)
    let tape = Tape(context: context, recording: false)
    let output = tape.input(far).groupNormalized(groups: 3, weight: nil, bias: nil, epsilon: 1e-5).value
    let ones = [Double](repeating: 1, count: 6)
    let reference = expected(
      far, groups: 3, weight: ones, bias: ones.map { _ in 0 }, lengths: [130, 130])
    #expect(zip(output.values, reference).allSatisfy { abs($0 - $1) <= 2e-3 })
  }

  /// A padded sample has the gradient that it has alone.
  @Test func paddingHasNoGradient() throws {
    var random = TestRandom(seed: 9)
    let long = random.tensor([1, 70, 300], pool: context.pool)
    let short = Tensor(Array(long.values.prefix(66 * 300)), shape: [1, 66, 300], dtype: .float64, pool: context.pool)
    let gradient = random.tensor([1, 70, 300], pool: context.pool)
    let cut = Tensor(Array(gradient.values.prefix(66 * 300)), shape: short.shape, dtype: .float64, pool: context.pool)
    func gradients(_ x: Tensor, _ lengths: [Int]?, _ gradient: Tensor) throws -> [Double] {
      let tape = Tape(context: context)
      let input = tape.input(x, requiresGradient: true)
      let output = input.groupNormalized(groups: 5, weight: nil, bias: nil, epsilon: 1e-5, lengths: lengths)
      tape.backward(from: output, gradient: gradient)
      return try #require(input.gradient).values
    }
    let padded = try gradients(long, [66], gradient)
    #expect(try Array(padded.prefix(66 * 300)) == gradients(short, nil, cut))
    #expect(padded.dropFirst(66 * 300).allSatisfy { $0 == 0 })
  }

  @Test(arguments: [true, false]) func scalesChannels(bySample: Bool) throws {
    var random = TestRandom(seed: 10)
    let x = random.tensor([3, 67, 259], pool: context.pool)
    let factor = random.tensor(bySample ? [3, 259] : [259], pool: context.pool)
    let gradient = random.tensor([3, 67, 259], pool: context.pool)
    let tape = Tape(context: context)
    let (input, scale) = (tape.input(x, requiresGradient: true), tape.input(factor, requiresGradient: true))
    let output = input.scalingChannels(by: scale)
    tape.backward(from: output, gradient: gradient)
    func index(_ element: Int) -> Int { bySample ? element / (67 * 259) * 259 + element % 259 : element % 259 }
    let (xs, factors, gradients) = (x.values, factor.values, gradient.values)
    #expect(output.value.values == xs.indices.map { xs[$0] * factors[index($0)] })
    #expect(try #require(input.gradient).values == xs.indices.map { gradients[$0] * factors[index($0)] })
    var sums = [Double](repeating: 0, count: factors.count)
    for element in xs.indices { sums[index(element)] += xs[element] * gradients[element] }
    #expect(zip(try #require(scale.gradient).values, sums).allSatisfy { abs($0 - $1) <= 1e-9 })
  }
}
