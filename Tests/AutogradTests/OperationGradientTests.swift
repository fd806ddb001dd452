import Autograd
import Tensors
import TestSupport
import Testing

/// Every operation against differences in float64, with respect to every input; sizes odd or prime, values away from kinks.
@Suite struct OperationGradientTests {
  private let pool = StoragePool()

  private func tensors(_ shapes: [Int]..., gap: Double = 0.05) -> [Tensor] {
    var random = TestRandom(seed: 17)
    return shapes.map { random.tensor($0, gap: gap, pool: pool) }
  }

  private func expectGradients(
    of inputs: [Tensor], _ name: String = "", _ function: ([Variable]) -> Variable,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let check = GradientCheck.of(inputs, pool: pool) { function($1) }
    #expect(check.compared > 0, sourceLocation: sourceLocation)
    #expect(check.largestError <= gradientTolerance, "\(name) \(check.worst)", sourceLocation: sourceLocation)
  }

  @Test func elementwise() {
    let two = tensors([3, 5], [3, 5])
    expectGradients(of: two) { $0[0] + $0[1] }
    expectGradients(of: two) { $0[0] - $0[1] }
    expectGradients(of: two) { $0[0] * $0[1] }
    expectGradients(of: two) { $0[0].addingWithReLU($0[1]) }
    expectGradients(of: two) { $0[0].scaled(by: -1.7) * $0[1] }
    expectGradients(of: [two[0]]) { $0[0].sum() }
    expectGradients(of: [two[0]]) { ($0[0] * $0[0]).mean() }
  }

  /// One value used several times, through copies that share a gradient and through operations that add in place.
  @Test func valuesUsedMoreThanOnce() {
    let two = tensors([2, 7], [2, 7])
    expectGradients(of: two) { v in (v[0] + v[0]) * (v[0] - v[1]) + v[1] }
    expectGradients(of: two) { v in
      let s = v[0] + v[1]
      return s * s + s.activated(by: .tanh) + s.scaled(by: 3) + s
    }
    expectGradients(of: [two[0]]) { $0[0] * $0[0] }
    expectGradients(of: tensors([5, 5])) { $0[0].matrixProduct($0[0], transposingOther: true) }
  }

  @Test(arguments: [false, true], [false, true]) func matrixProduct(left: Bool, right: Bool) {
    let inputs = tensors(left ? [5, 3] : [3, 5], right ? [7, 5] : [5, 7])
    expectGradients(of: inputs) {
      $0[0].matrixProduct($0[1], transposingSelf: left, transposingOther: right)
    }
  }

  static let fusable: [Activation?] = [nil, .relu, .leakyReLU(slope: 0.2), .sigmoid, .tanh]

  @Test(arguments: fusable) func linear(activation: Activation?) {
    let inputs = tensors([5, 3], [7, 3], [7])
    expectGradients(of: inputs) { $0[0].linear(weight: $0[1], bias: $0[2], activation: activation) }
    expectGradients(of: Array(inputs.prefix(2))) {
      $0[0].linear(weight: $0[1], bias: nil, activation: activation)
    }
  }

  static let activations: [Activation] = [
    .relu, .leakyReLU(slope: 0.1), .leakyReLU(slope: -0.3), .sigmoid, .tanh, .gelu, .geluTanh, .silu,
  ]

  @Test(arguments: activations) func activation(_ activation: Activation) {
    var random = TestRandom(seed: 3)
    expectGradients(of: [random.tensor([3, 11], scale: 4, gap: 0.01, pool: pool)]) {
      $0[0].activated(by: activation)
    }
  }

  @Test func shapes() {
    expectGradients(of: tensors([2, 3, 5, 7])) { $0[0].flattenedChannelsFirst() }
    expectGradients(of: tensors([2, 3, 5, 1])) { $0[0].flattenedChannelsFirst() }
    expectGradients(of: tensors([3, 7])) { $0[0].transposed() * $0[0].reshaped([7, 3]) }
    expectGradients(of: tensors([2, 3, 3, 2], [2, 3, 3, 5], [2, 3, 3, 1])) {
      Variable.concatenatingChannels($0) * Variable.concatenatingChannels([$0[1], $0[0], $0[2]])
    }
    expectGradients(of: tensors([3, 11])) { $0[0].channels(2..<7) * $0[0].channels(5..<10) }
    expectGradients(of: tensors([7, 3])) { $0[0].rows(1..<4) * $0[0].rows(3..<6) }
  }

  @Test func pooling() {
    var random = TestRandom(seed: 11)
    let image = random.distinctTensor([2, 7, 5, 3], pool: pool)
    var window = PoolingWindow(kernelHeight: 3, kernelWidth: 2)
    expectGradients(of: [image]) { $0[0].maxPool(window) }
    expectGradients(of: [image]) { $0[0].averagePool(window) }
    (window.strideHeight, window.strideWidth) = (2, 1)
    window.padding = ImagePadding(top: 1, left: 0, bottom: 0, right: 1)
    expectGradients(of: [image]) { $0[0].maxPool(window) * $0[0].averagePool(window) }
    expectGradients(of: [image]) { $0[0].averagePool(window, countingPadding: false) }
    expectGradients(of: [image]) { $0[0].globalAveragePool() }
  }

  @Test(arguments: [[11, 3], [2, 3, 5, 7]], [false, true]) func batchNorm(shape: [Int], relu: Bool) {
    let channels = [shape[shape.count - 1]]
    let inputs = tensors(shape, channels, channels)
    expectGradients(of: inputs) {
      $0[0].batchNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-3, fusingReLU: relu).output
    }
    var random = TestRandom(seed: 23)
    let mean = random.tensor(channels, pool: pool)
    let variance = Tensor(
      mean.values.map { 0.5 + $0 * $0 }, shape: channels, dtype: .float64, pool: pool)
    expectGradients(of: inputs) {
      $0[0].normalized(
        mean: mean, variance: variance, weight: $0[1], bias: $0[2], epsilon: 1e-3, fusingReLU: relu)
    }
  }

  @Test func softmax() {
    expectGradients(of: tensors([3, 7])) { $0[0].softmax() }
  }

  @Test func dropout() {
    let key = DropoutKey(seed: 3, step: 7, firstSample: 11, layer: 2)
    expectGradients(of: tensors([5, 13])) { $0[0].dropout(rate: 0.4, key: key) }
  }

  @Test func losses() {
    let labels = Tensor([4, 0, 2], shape: [3], dtype: .int32, pool: pool)
    let logits = tensors([3, 5])
    let weights = [0.5, 2, 1.25, 0.75, 3]
    expectGradients(of: logits) { $0[0].softmaxCrossEntropy(labels: labels).sum }
    expectGradients(of: logits) {
      $0[0].softmaxCrossEntropy(labels: labels, smoothing: 0.2, classWeights: weights).sum
    }
    expectGradients(of: logits) { $0[0].binaryCrossEntropy(labels: labels).sum.scaled(by: 0.3) }
    expectGradients(of: logits) { $0[0].squaredError(labels: labels).sum }
  }
}
