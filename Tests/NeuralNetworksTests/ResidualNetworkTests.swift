import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Names of a residual network's parameters.
@Suite struct ResidualNetworkTests {
  private let context = ExecutionContext()

  private func model(_ names: ResidualNetwork.Names) throws -> Model {
    var network = ResidualNetwork(widths: [3, 5], blocks: 2)
    network.names = names
    let shape = [5, 7, 3]
    let model = try Model(
      ModelSpecification.residualNetwork(network).layers(inputShape: shape, outputs: 4), inputShape: shape,
      dtype: .float64, pool: context.pool)
    model.initialize(seed: 2)
    return model
  }

  /// The order and the names of torchvision's `ResNet(BasicBlock, [2, 2])`.
  @Test func torchvision() throws {
    let block = ["conv1.weight", "bn1.weight", "bn1.bias", "conv2.weight", "bn2.weight", "bn2.bias"]
    let shortcut = ["downsample.0.weight", "downsample.1.weight", "downsample.1.bias"]
    let blocks = [("layer1.0", block), ("layer1.1", block), ("layer2.0", block + shortcut), ("layer2.1", block)]
    let expected =
      Array(block.prefix(3)) + blocks.flatMap { name, parts in parts.map { "\(name).\($0)" } }
      + ["fc.weight", "fc.bias"]
    let model = try model(.torchvision)
    #expect(model.store.parameters.map(\.path) == expected)
    #expect(Set(model.layerPaths).count == model.layerPaths.count)
  }

  /// Names change no value.
  @Test func namesChangeNothing() throws {
    let (numbers, names) = (try model(.numbers), try model(.torchvision))
    #expect(numbers.store.parameters.contains { $0.path == "3.body.0.weight" })
    for (first, second) in zip(numbers.store.parameters, names.store.parameters) {
      #expect(first.value.values == second.value.values)
    }
    var random = TestRandom(seed: 4)
    let x = random.tensor([2, 5, 7, 3], pool: context.pool)
    #expect(evaluate(numbers, x, context: context).values == evaluate(names, x, context: context).values)
  }
}
