import Autograd
import Configuration
import NeuralNetworks
import Tensors
import TestSupport
import Testing

@Suite struct ModelTests {
  @Test func pathsAndShapes() throws {
    let model = try Model(NetworkGoldenTests.layers, inputShape: [8, 8, 3])
    #expect(model.outputShape == [5])
    #expect(
      model.layerPaths == [
        "0", "1", "2", "3", "3.body.0", "3.body.1", "3.shortcut.0", "4", "5", "5.branches.0.0", "5.branches.0.1",
        "5.branches.1.0", "5.branches.1.1", "6", "7", "8", "9", "10", "11",
      ])
    #expect(
      model.store.parameters.map { "\($0.path) \($0.shape)" } == [
        "0.weight [4, 3, 3, 3]", "1.weight [4]", "1.bias [4]", "3.body.0.weight [6, 3, 3, 4]", "3.body.0.bias [6]",
        "3.body.1.weight [6]", "3.body.1.bias [6]", "3.shortcut.0.weight [6, 1, 1, 4]",
        "5.branches.0.0.weight [3, 1, 1, 6]",
        "5.branches.0.0.bias [3]", "5.branches.1.0.weight [6, 3, 3, 2]", "5.branches.1.0.bias [6]", "8.weight [7, 36]",
        "8.bias [7]", "9.weight [7]", "9.bias [7]", "11.weight [5, 7]", "11.bias [5]",
      ])
    #expect(
      model.store.buffers.map(\.path) == [
        "1.running_mean", "1.running_var", "3.body.1.running_mean", "3.body.1.running_var", "9.running_mean",
        "9.running_var",
      ])
    #expect(model.summary.parameters == model.store.parameterCount)
  }

  @Test func summaryIsATable() throws {
    let model = try Model(
      [convolution(4, 3, padding: .same), relu, .globalAveragePool, linear(10)], inputShape: [8, 8, 3])
    #expect(
      model.summary.description == """
        layer  kind                 output  parameters  multiply-adds  activation bytes
        0      conv                 8×8×4          112           6912              1024
        1      relu                 8×8×4                                          1024
        2      global_average_pool  4                                                16
        3      linear               10              50             40                40
        total                                      162           6952              2104
        """)
  }

  /// Each layer's stated output shape is the one it gives.
  @Test func statedShapesAreTrue() throws {
    let context = ExecutionContext()
    let layers: [LayerSpecification] = [
      convolution(6, 3, stride: 2, padding: .same), .maxPool(pooling(3, stride: 2, padding: .symmetric(Extent(1)))),
      .averagePool(pooling(2, stride: 1, padding: .same)), convolution(6, 3, padding: .same, dilation: 2, groups: nil),
      .dropout(rate: 0.1), batchNorm, .parallel(branches: [[], [convolution(1, 1)]]), .flatten, linear(3),
    ]
    let model = try Model(layers, inputShape: [11, 9, 3], pool: context.pool)
    var random = TestRandom(seed: 1)
    let tape = Tape(context: context, recording: false)
    var seen: [String: [Int]] = [:]
    let pass = ForwardPass(tape: tape, mode: .evaluation) { path, output in
      seen[path] = output.shape
      return nil
    }
    let x = random.tensor([2, 11, 9, 3], dtype: .float32, pool: context.pool)
    #expect(model(tape.input(x), pass).shape == [2, 3])
    for layer in model.layers { #expect(seen[layer.path] == [2] + layer.outputShape, "\(layer.path) \(layer.name)") }
  }

  /// An observer turns fusion off: it must see each layer's own output, and the result must stay.
  @Test func observersSeeEveryLayer() throws {
    let context = ExecutionContext()
    let model = try Model(NetworkGoldenTests.layers, inputShape: [8, 8, 3], dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    var random = TestRandom(seed: 2)
    let x = random.tensor([3, 8, 8, 3], pool: context.pool)
    let labels = Tensor([1, 4, 0], shape: [3], dtype: .int32, pool: context.pool)
    let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 5)
    let fused = TrainingPass(model, x, labels: labels, loss: loss, context: context)
    var outputs: [(path: String, smallest: Double)] = []
    let observed = TrainingPass(model, x, labels: labels, loss: loss, context: context) {
      outputs.append(($0, $1.value.values.min() ?? .nan))
      return nil
    }
    #expect(Set(outputs.map(\.path)) == Set(model.layerPaths))
    #expect(try #require(outputs.first { $0.path == "1" }).smallest < 0)
    #expect(try #require(outputs.first { $0.path == "2" }).smallest == 0)
    #expect(relativeDifference(observed.output, fused.output) <= 1e-12)
    #expect(relativeDifference(observed.gradients, fused.gradients) <= 1e-12)
  }

  /// Branches that pass x on count each.
  @Test func branchesThatPassOnAreMultiplied() throws {
    let context = ExecutionContext()
    for branches in [[[], []], [[LayerSpecification.dropout(rate: 0.5)], []]] {
      let model = try Model([.multiply(branches: branches)], inputShape: [3], dtype: .float64, pool: context.pool)
      let x = Tensor([2, -3, 0.5], shape: [1, 3], dtype: .float64, pool: context.pool)
      #expect(evaluate(model, x, context: context).values == [4, 9, 0.25])
    }
  }

  /// A linear weight behind a flatten is exchangeable with PyTorch's: features come channel by channel.
  @Test func flattenIsChannelsFirst() throws {
    let context = ExecutionContext()
    let model = try Model([.flatten], inputShape: [2, 3, 2], dtype: .float64, pool: context.pool)
    let x = Tensor((0..<12).map(Double.init), shape: [1, 2, 3, 2], dtype: .float64, pool: context.pool)
    #expect(evaluate(model, x, context: context).values == [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11])
  }

  /// Nobody needs the gradient of the network's input: it must not be there unless asked for.
  @Test func inputGradientsOnRequestOnly() throws {
    let context = ExecutionContext()
    let model = try Model([convolution(2, 3), .flatten, linear(3)], inputShape: [4, 4, 2], pool: context.pool)
    model.initialize(seed: 1)
    var random = TestRandom(seed: 2)
    let x = random.tensor([2, 4, 4, 2], dtype: .float32, pool: context.pool)
    let labels = Tensor([1, 2], shape: [2], dtype: .int32, pool: context.pool)
    let loss = Loss(.meanSquaredError, classes: 3)
    for wanted in [false, true] {
      let pass = TrainingPass(model, x, labels: labels, loss: loss, context: context, inputGradient: wanted)
      #expect((pass.inputGradient != nil) == wanted)
    }
  }
}
