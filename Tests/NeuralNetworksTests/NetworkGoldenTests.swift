import Autograd
import Configuration
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// A small network with every kind of layer that holds parameters, against the same one in PyTorch: paths, layouts, loss,
/// gradients, running averages and evaluation.
@Suite struct NetworkGoldenTests {
  static let layers: [LayerSpecification] = [
    convolution(4, 3, padding: .symmetric(Extent(1)), bias: false),
    batchNorm,
    relu,
    .residual(
      body: [convolution(6, 3, stride: 2, padding: .symmetric(Extent(1))), batchNorm],
      shortcut: [convolution(6, 1, stride: 2, bias: false)]),
    relu,
    .parallel(branches: [
      [convolution(3, 1), .activation(.tanh)],
      [convolution(6, 3, padding: .symmetric(Extent(1)), groups: 3), .activation(.gelu)],
    ]),
    .maxPool(pooling(2)),
    .flatten,
    linear(7),
    batchNorm,
    .activation(.sigmoid),
    linear(5),
  ]

  /// Float32 sums a few hundred products a layer, through eleven layers.
  @Test(arguments: [(DType.float64, 1e-9), (.float32, 2e-5)]) func network(dtype: DType, tolerance: Double) throws {
    let reference = try golden("network")
    let context = ExecutionContext()
    func expected(_ name: String) throws -> Tensor {
      try reference.tensor(name, dtype: dtype, pool: context.pool)
    }
    let model = try Model(Self.layers, inputShape: [8, 8, 3], outputs: 5, dtype: dtype, pool: context.pool)

    let names = model.store.parameters.map(\.path) + model.store.buffers.map(\.path)
    let theirs = reference.tensors.keys.filter { $0.hasPrefix("value:") }.map { String($0.dropFirst(6)) }
    #expect(Set(names) == Set(theirs))
    for parameter in model.store.parameters { parameter.value.copy(from: try expected("value:" + parameter.path)) }

    let x = try expected("x")
    let labels = try reference.tensor("labels", dtype: .int32, pool: context.pool)
    let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 5)
    let pass = TrainingPass(model, x, labels: labels, loss: loss, context: context)
    let value = try reference.number("loss")
    #expect(abs(pass.loss.value - value) <= tolerance * value)
    #expect(relativeDifference(pass.output, try expected("output")) <= tolerance)
    for parameter in model.store.parameters {
      // Weights in front of a batch normalisation have biases whose true gradient is zero.
      let vanishes = ["3.body.0.bias", "8.bias"].contains(parameter.path)
      let found = parameter.view(of: pass.gradients)
      let gradient = try expected("gradient:" + parameter.path)
      #expect(
        vanishes || relativeDifference(found, gradient) <= tolerance,
        "\(parameter.path): \(relativeDifference(found, gradient))")
      if vanishes { #expect(found.values.allSatisfy { abs($0) <= 10 * tolerance }, "\(parameter.path)") }
    }
    model.store.updateRunningAverages(sums: pass.statistics, samples: Double(x.shape[0]))
    for buffer in model.store.buffers {
      #expect(relativeDifference(buffer.value, try expected("after:" + buffer.path)) <= tolerance, "\(buffer.path)")
    }
    let evaluated = evaluate(model, x, context: context)
    #expect(relativeDifference(evaluated, try expected("evaluation")) <= tolerance)
  }
}
