import Autograd
import Tensors
import TestSupport
import Testing

/// A fully connected layer with an activation in the same pass.
@Suite struct LinearActivationTests {
  private static let activations: [Activation] = [
    .relu, .leakyReLU(slope: 0.1), .leakyReLU(slope: -0.1), .sigmoid, .tanh, .gelu, .geluTanh, .silu,
  ]
  private let pool = StoragePool()

  @Test(arguments: activations, [false, true]) func gradients(activation: Activation, hasBias: Bool) {
    var random = TestRandom(seed: 41)
    let inputs = [[3, 5], [4, 5], [4]].prefix(hasBias ? 3 : 2).map { random.tensor($0, gap: 0.05, pool: pool) }
    let check = GradientCheck.of(inputs, pool: pool) {
      $1[0].linear(weight: $1[1], bias: hasBias ? $1[2] : nil, activation: activation)
    }
    #expect(check.largestError <= gradientTolerance, "\(activation.name): \(check.worst)")
  }

  /// Of enough rows that the matrix product is cut into blocks where that pays; with and without a tape.
  @Test(arguments: activations) func isTheSameAsOneAfterTheOther(activation: Activation) throws {
    var random = TestRandom(seed: 43)
    let values = [[1029, 260], [256, 260], [256]].map {
      Tensor(random.tensor($0, scale: 0.2, pool: pool).values, shape: $0, dtype: .float32, pool: pool)
    }
    func run(fused: Bool, recording: Bool) -> [Tensor] {
      let tape = Tape(context: ExecutionContext(pool: pool), recording: recording)
      let inputs = values.map { tape.input($0, requiresGradient: true) }
      let output =
        fused
        ? inputs[0].linear(weight: inputs[1], bias: inputs[2], activation: activation)
        : inputs[0].linear(weight: inputs[1], bias: inputs[2]).activated(by: activation)
      if recording { tape.backward(from: output.sum()) }
      return [output.value] + inputs.compactMap(\.gradient)
    }
    let (found, expected) = (run(fused: true, recording: true), run(fused: false, recording: true))
    #expect(found.count == 4 && expected.count == 4)
    for (index, (a, b)) in zip(found, expected).enumerated() {
      #expect(relativeDifference(a, b) <= 1e-5, "\(activation.name), \(index)")
    }
    #expect(run(fused: true, recording: false)[0].values == found[0].values)
  }
}
