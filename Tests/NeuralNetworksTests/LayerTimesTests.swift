import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// The stopwatch of layers.
@Suite struct LayerTimesTests {
  private let context = ExecutionContext()

  /// A clock that goes on by one with every look at it: each layer's own time is positive, an outer one's goes on only while no
  /// layer inside it runs.
  @Test func everyLayerIsMeasuredOnce() throws {
    let model = try Model(
      [
        linear(4), .activation(.relu),
        .residual(body: [linear(4), .activation(.tanh)], shortcut: []).named("block"), linear(3),
      ], inputShape: [5], dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    var ticks: UInt64 = 0
    let times = LayerTimes(of: model) {
      ticks += 1
      return ticks
    }
    var random = TestRandom(seed: 4)
    let x = random.tensor([2, 5], pool: context.pool)
    let labels = Tensor([2, 0], shape: [2], dtype: .int32, pool: context.pool)
    let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 3)

    func gradients(measuring: Bool) -> [Double] {
      let gradients = Tensor(zeros: [model.store.flatCount], dtype: .float64, pool: context.pool)
      let tape = Tape(context: context, parameterGradients: gradients)
      let pass = ForwardPass(tape: tape, mode: .training)
      if measuring { pass.layerTimes = times }
      tape.backward(from: loss(model(tape.input(x), pass), labels: labels).sum)
      return gradients.values
    }
    let plain = gradients(measuring: false)
    #expect(ticks == 0)
    #expect(gradients(measuring: true) == plain)
    let measured = times.nanoseconds
    #expect(model.layerPaths == ["0", "1", "block", "block.body.0", "block.body.1", "3"])
    // Two looks a call, and the outer layer is entered again behind each inner one.
    #expect(measured.map(\.forward) == [1, 1, 3, 1, 1, 1, 0])
    // ReLU is computed with the layer in front of it; the block's operation is the sum; the loss is behind all layers.
    #expect(measured.map { $0.backward > 0 } == [true, false, true, true, false, true, true])
    times.reset()
    #expect(times.nanoseconds.allSatisfy { $0.forward == 0 && $0.backward == 0 })
  }
}
