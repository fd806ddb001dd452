import CKernels
import Foundation
import Tensors
import Testing

private struct Reference: Sendable, CustomTestStringConvertible {
  let activation: ck_activation
  let name: String
  /// Whether the backward pass reads y.
  let fromOutput: Bool
  let value: @Sendable (Double) -> Double
  let derivative: @Sendable (Double) -> Double

  var testDescription: String { name }
}

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
private func cdf(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
private let root = (2 / Double.pi).squareRoot()

private let references: [Reference] = [
  Reference(activation: CK_IDENTITY, name: "identity", fromOutput: true, value: { $0 }, derivative: { _ in 1 }),
  Reference(
    activation: CK_RELU, name: "ReLU", fromOutput: true, value: { max($0, 0) }, derivative: { $0 > 0 ? 1 : 0 }),
  Reference(
    activation: CK_LEAKY_RELU, name: "leaky ReLU", fromOutput: true, value: { $0 < 0 ? 0.1 * $0 : $0 },
    derivative: { $0 > 0 ? 1 : 0.1 }),
  Reference(
    activation: CK_SIGMOID, name: "sigmoid", fromOutput: true, value: sigmoid,
    derivative: { sigmoid($0) * (1 - sigmoid($0)) }),
  Reference(
    activation: CK_TANH, name: "tanh", fromOutput: true, value: { tanh($0) }, derivative: { 1 - tanh($0) * tanh($0) }),
  Reference(
    activation: CK_GELU, name: "GELU", fromOutput: false, value: { $0 * cdf($0) },
    derivative: { cdf($0) + $0 * exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() }),
  Reference(
    activation: CK_GELU_TANH, name: "GELU by tanh", fromOutput: false,
    value: { 0.5 * $0 * (1 + tanh(root * ($0 + 0.044715 * $0 * $0 * $0))) },
    derivative: {
      let t = tanh(root * ($0 + 0.044715 * $0 * $0 * $0))
      return 0.5 * (1 + t) + 0.5 * $0 * (1 - t * t) * root * (1 + 3 * 0.044715 * $0 * $0)
    }),
  Reference(
    activation: CK_SILU, name: "SiLU", fromOutput: false, value: { $0 * sigmoid($0) },
    derivative: { sigmoid($0) * (1 + $0 * (1 - sigmoid($0))) }),
]

@Suite struct ActivationKernelTests {
  private let pool = StoragePool()

  /// From deep in one tail to deep in the other, through zero.
  private func sweep(_ dtype: DType, count: Int = 20_001) -> Tensor {
    let x = Tensor(uninitialized: [count], dtype: dtype, pool: pool)
    for index in 0..<count { x[index] = (Double(index) - Double(count / 2)) / Double(count) * 40 }
    return x
  }

  @Test(arguments: references, floatingTypes)
  fileprivate func forward(_ reference: Reference, _ dtype: DType) {
    let x = sweep(dtype)
    let y = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    ck_activation_forward(dtype.kernelType, reference.activation, 0.1, x.count, x.pointer, y.pointer)
    // To within a few roundings of numbers of the size of x or 1.
    for (v, result) in zip(x.values, y.values) {
      expectClose([result], [reference.value(v)], dtype, ulps: 6, scale: 0.1 * max(1, abs(v)))
    }
    ck_activation_forward(dtype.kernelType, reference.activation, 0.1, x.count, x.pointer, x.pointer)
    #expect(x.values == y.values)
  }

  @Test(arguments: references, floatingTypes)
  fileprivate func backward(_ reference: Reference, _ dtype: DType) {
    let type = dtype.kernelType
    let x = sweep(dtype, count: 2_003)
    let y = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    ck_activation_forward(type, reference.activation, 0.1, x.count, x.pointer, y.pointer)
    let dy = randomTensor(x.shape, dtype, 7)
    let expected = zip(x.values, dy.values).map { reference.derivative($0) * $1 }
    let dx = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    func run(_ into: Tensor, _ accumulate: Bool) {
      ck_activation_backward(
        type, reference.activation, 0.1, x.count, reference.fromOutput ? nil : x.pointer,
        reference.fromOutput ? y.pointer : nil, dy.pointer, into.pointer, accumulate)
    }
    run(dx, false)
    expectClose(dx.values, expected, dtype, ulps: 16)
    run(dx, true)
    expectClose(dx.values, expected.map { 2 * $0 }, dtype, ulps: 32)
    run(dy, false)
    expectClose(dy.values, expected, dtype, ulps: 16)
  }

  @Test func leakyReLUWithANegativeSlopeReadsItsInput() {
    let x = Tensor([-2, 3, -1], shape: [3], pool: pool)
    let dy = Tensor([1, 1, 1], shape: [3], pool: pool)
    let dx = Tensor(zeros: [3], pool: pool)
    ck_activation_backward(CK_FLOAT32, CK_LEAKY_RELU, -0.5, 3, x.pointer, nil, dy.pointer, dx.pointer, false)
    #expect(dx.values == [-0.5, 1, -0.5])
  }

  @Test(arguments: floatingTypes)
  func extremesAndNaN(_ dtype: DType) {
    let x = Tensor([.infinity, -.infinity, .nan, 1e30, -1e30, 0], shape: [6], dtype: dtype, pool: pool)
    let y = Tensor(uninitialized: [6], dtype: dtype, pool: pool)
    func run(_ activation: ck_activation) -> [Double] {
      ck_activation_forward(dtype.kernelType, activation, 0.1, 6, x.pointer, y.pointer)
      return y.values
    }
    let sigmoids = run(CK_SIGMOID)
    #expect(
      sigmoids[2].isNaN && [sigmoids[0], sigmoids[1], sigmoids[3], sigmoids[4], sigmoids[5]] == [1, 0, 1, 0, 0.5])
    let tanhs = run(CK_TANH)
    #expect(tanhs[2].isNaN && [tanhs[0], tanhs[1], tanhs[3], tanhs[4], tanhs[5]] == [1, -1, 1, -1, 0])
    #expect(run(CK_RELU)[2].isNaN)
    #expect(run(CK_GELU)[2].isNaN)
    #expect(run(CK_SILU)[4] == 0)
  }

  @Test(arguments: references.filter(\.fromOutput), floatingTypes)
  fileprivate func fusedWithABias(_ reference: Reference, _ dtype: DType) {
    let type = dtype.kernelType
    for (rows, columns) in [(1, 1), (5, 3), (131, 10), (9, 517)] {
      let (x, bias) = (randomTensor([rows, columns], dtype, 1), randomTensor([columns], dtype, 2))
      let (values, biases) = (x.values, bias.values)
      let sums = values.indices.map { values[$0] + biases[$0 % columns] }
      let y = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
      ck_bias_activation_forward(
        type, reference.activation, 0.1, rows, columns, x.pointer, bias.pointer, y.pointer)
      expectClose(y.values, sums.map(reference.value), dtype)
      let unbiased = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
      ck_bias_activation_forward(type, reference.activation, 0.1, rows, columns, x.pointer, nil, unbiased.pointer)
      expectClose(unbiased.values, values.map(reference.value), dtype)

      let dy = randomTensor(x.shape, dtype, 3)
      let expected = zip(sums, dy.values).map { reference.derivative($0) * $1 }
      var biasGradient = [Double](repeating: 0, count: columns)
      for index in expected.indices { biasGradient[index % columns] += expected[index] }
      let dx = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
      let dbias = Tensor(uninitialized: [columns], dtype: dtype, pool: pool)
      ck_bias_activation_backward(
        type, reference.activation, 0.1, rows, columns, y.pointer, dy.pointer, dx.pointer, dbias.pointer, false)
      expectClose(dx.values, expected, dtype)
      expectClose(dbias.values, biasGradient, dtype, scale: 16)
      ck_bias_activation_backward(
        type, reference.activation, 0.1, rows, columns, y.pointer, dy.pointer, dy.pointer, dbias.pointer, true)
      expectClose(dy.values, expected, dtype)
      expectClose(dbias.values, biasGradient.map { 2 * $0 }, dtype, scale: 32)
    }
  }
}
