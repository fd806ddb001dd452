import Autograd
import Configuration
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Every layer against differences in float64, with respect to its input and all its parameters.
@Suite struct LayerGradientTests {
  private func expectGradients(
    _ layers: [LayerSpecification], inputShape: [Int] = [5, 7, 6], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let context = ExecutionContext()
    // Two outputs and a loss behind, so that every layer gets uneven gradients.
    let model = try Model(
      layers + [.flatten, linear(3)], inputShape: inputShape, dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    var random = TestRandom(seed: 43)
    let x = random.tensor([3] + inputShape, pool: context.pool)
    let labels = Tensor([2, 0, 1], shape: [3], dtype: .int32, pool: context.pool)
    let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 3)
    let pass = TrainingPass(model, x, labels: labels, loss: loss, context: context, inputGradient: true)

    func value() -> Double {
      let tape = Tape(context: context, recording: false)
      let output = model(tape.input(x), ForwardPass(tape: tape, mode: .training, seed: 5))
      return loss(output, labels: labels).value
    }
    var check = GradientCheck()
    check.compare(try #require(pass.inputGradient), withDifferencesIn: x, name: "input", of: value)
    for parameter in model.store.parameters {
      check.compare(
        parameter.view(of: pass.gradients), withDifferencesIn: parameter.value, name: parameter.path, of: value)
    }
    #expect(check.largestError <= 1e-6, "\(check.worst)", sourceLocation: sourceLocation)
  }

  @Test func linearLayers() throws {
    for activation in [Activation.relu, .sigmoid, .gelu, .leakyReLU(slope: 0.1)] {
      try expectGradients([linear(5), .activation(activation), linear(2, bias: false)], inputShape: [7])
    }
  }

  @Test func convolutions() throws {
    try expectGradients([convolution(4, 3), relu])
    try expectGradients([convolution(4, 3, stride: 2, padding: .same, bias: false)])
    try expectGradients([convolution(6, 3, padding: .symmetric(Extent(2)), dilation: 2, groups: 3)])
    try expectGradients([convolution(6, 3, groups: nil), .activation(.silu)])
  }

  @Test func normalizations() throws {
    try expectGradients([batchNorm, relu])
    try expectGradients([linear(5, bias: false), batchNorm, .activation(.tanh)], inputShape: [7])
  }

  @Test func poolings() throws {
    try expectGradients([.maxPool(pooling(3, stride: 2, padding: .symmetric(Extent(1))))])
    try expectGradients([.averagePool(pooling(2, padding: .same)), .maxPool(pooling(2))])
    try expectGradients([.globalAveragePool])
  }

  @Test func dropout() throws {
    try expectGradients([.dropout(rate: 0.3), linear(5), .dropout(rate: 0.5)], inputShape: [11])
  }

  @Test func compositions() throws {
    let body = [convolution(6, 3, padding: .same), batchNorm]
    try expectGradients([.residual(body: body, shortcut: []), relu])
    try expectGradients([
      .residual(body: [convolution(4, 3, stride: 2, padding: .same)], shortcut: [convolution(4, 1, stride: 2)])
    ])
    try expectGradients([
      .parallel(branches: [[convolution(2, 1), .activation(.tanh)], [], [convolution(3, 3, padding: .same)]])
    ])
  }
}
