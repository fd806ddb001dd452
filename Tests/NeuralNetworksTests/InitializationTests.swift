import Autograd
import Configuration
import NeuralNetworks
import Tensors
import Testing

@Suite struct InitializationTests {
  private func initialized(_ layer: LayerSpecification, inputShape: [Int], seed: UInt64 = 1) throws -> Model {
    let model = try Model([layer], inputShape: inputShape)
    model.initialize(seed: seed)
    return model
  }

  private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
  }

  /// Mean within five standard errors of 0, variance within five of what the paper asks for: a normal variance's
  /// relative standard error is √(2/n), a uniform one's is smaller.
  private func expect(_ weights: Tensor, variance: Double, bounded: Bool, _ comment: Comment) {
    let values = weights.values
    let (mean, found) = moments(values)
    let count = Double(values.count)
    #expect(abs(mean) <= 5 * (variance / count).squareRoot(), comment)
    #expect(abs(found / variance - 1) <= 5 * (2 / count).squareRoot(), comment)
    let bound = (3 * variance).squareRoot()
    let largest = values.reduce(0) { max($0, abs($1)) }
    #expect(bounded ? largest <= bound * 1.000001 : largest > bound, comment)
  }

  static let initializers: [(Initializer, @Sendable (Double, Double) -> Double, Bool)] = [
    (.heNormal, { fanIn, _ in 2 / fanIn }, false),
    (.heUniform, { fanIn, _ in 2 / fanIn }, true),
    (.xavierNormal, { 2 / ($0 + $1) }, false),
    (.xavierUniform, { 2 / ($0 + $1) }, true),
    (.lecunNormal, { fanIn, _ in 1 / fanIn }, false),
    (.lecunUniform, { fanIn, _ in 1 / fanIn }, true),
    (.normal(standardDeviation: 0.02), { _, _ in 0.0004 }, false),
    (.scaledNormal(gain: 0.5), { fanIn, _ in 0.5 / fanIn }, false),
  ]

  @Test func variances() throws {
    for (initializer, variance, bounded) in Self.initializers {
      let dense = try initialized(linear(101, initializer: initializer), inputShape: [97])
      expect(
        dense.store.parameters[0].value, variance: variance(97, 101), bounded: bounded, "linear \(initializer)")
      #expect(dense.store.parameters[1].value.values.allSatisfy { $0 == 0 })

      // A window of nine: fan-in 9·8/2 channels of a group, fan-out 9·64/2 filters of a group.
      var grouped = Convolution2D.Settings(filters: 64, kernel: Extent(3))
      grouped.groups = 2
      grouped.initializer = initializer
      let images = try initialized(.convolution(grouped), inputShape: [8, 8, 8])
      expect(
        images.store.parameters[0].value, variance: variance(9 * 4, 9 * 32), bounded: bounded, "conv \(initializer)")
    }
  }

  @Test func recurrentWeightsMayHaveAnInitializer() throws {
    var specification = Recurrent.Settings(.gru, size: 61)
    specification.initializer = .scaledNormal(gain: 0.5)
    let table = LayerSpecification.embedding(Embedding.Settings(vocabulary: 7, width: 43))
    let model = try Model([table, .recurrent(specification)], inputShape: [5])
    model.initialize(seed: 1)
    let parameters = model.store.parameters
    expect(parameters[1].value, variance: 0.5 / 43, bounded: false, "weight_ih")
    expect(parameters[2].value, variance: 0.5 / 61, bounded: false, "weight_hh")
    #expect(parameters[3...].allSatisfy { $0.value.values.allSatisfy { $0 == 0 } } && parameters.count == 5)
  }

  @Test func constants() throws {
    let zero = try initialized(linear(3, initializer: .zeros), inputShape: [5])
    #expect(zero.store.parameters[0].value.values.allSatisfy { $0 == 0 })
    let normalization = try initialized(batchNorm, inputShape: [5])
    #expect(normalization.store.parameters[0].value.values.allSatisfy { $0 == 1 })
    #expect(normalization.store.parameters[1].value.values.allSatisfy { $0 == 0 })
    #expect(normalization.store.buffers[0].value.values.allSatisfy { $0 == 0 })
    #expect(normalization.store.buffers[1].value.values.allSatisfy { $0 == 1 })
  }

  @Test func drawsAreKeyedBySeedAndParameter() throws {
    let layers = [linear(11), linear(11)]
    func weights(seed: UInt64) throws -> [[Double]] {
      let model = try Model(layers, inputShape: [11])
      model.initialize(seed: seed)
      return model.store.parameters.filter { $0.role == .weight }.map(\.value.values)
    }
    let first = try weights(seed: 1)
    #expect(try weights(seed: 1) == first)
    #expect(first[0] != first[1])
    #expect(try weights(seed: 2)[0] != first[0])
  }
}
