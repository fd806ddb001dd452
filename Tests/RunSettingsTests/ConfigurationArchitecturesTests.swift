import NeuralNetworks
import Testing

@testable import RunSettings

/// Named architectures are short for lists of layers that anyone could write.
@Suite struct ConfigurationArchitecturesTests {
  private func layers(_ model: String, inputShape: [Int]) throws -> [LayerSpecification] {
    let text = "data: {dataset: idx}\nmodel: \(model)\ntraining: {epochs: 1}"
    return try RunConfiguration.parse(text: text, fileName: "model.yaml").model
      .layers(inputShape: inputShape, outputs: 10)
  }

  @Test(arguments: [
    ("{architecture: mlp, hidden: []}", "[flatten, linear: 10]"),
    (
      "{architecture: mlp, hidden: [7, 5], activation: tanh, initializer: lecun_normal}",
      """
      [flatten, linear: {outputs: 7, initializer: lecun_normal}, tanh, linear: {outputs: 5, initializer: lecun_normal},
       tanh, linear: {outputs: 10, initializer: lecun_normal}]
      """
    ),
    (
      "{architecture: mlp, hidden: [7], batch_norm: true, dropout: 0.2}",
      "[flatten, linear: {outputs: 7, bias: false}, batch_norm, relu, dropout: 0.2, linear: 10]"
    ),
    (
      "{architecture: mlp, hidden: [7], batch_norm: true, sync_batch_norm: true}",
      "[flatten, linear: {outputs: 7, bias: false}, batch_norm: {sync: true}, relu, linear: 10]"
    ),
    (
      "{architecture: resnet, widths: [3], blocks: 1, sync_batch_norm: true}",
      """
      [conv: {filters: 3, kernel: 3, padding: 1, bias: false}, batch_norm: {sync: true}, relu,
       residual: [conv: {filters: 3, kernel: 3, padding: 1, bias: false}, batch_norm: {sync: true}, relu,
                  conv: {filters: 3, kernel: 3, padding: 1, bias: false}, batch_norm: {sync: true}], relu,
       global_average_pool, linear: 10]
      """
    ),
    (
      "{architecture: patchify-convnet, patch: 4, filters: 40, hidden: 300}",
      "[conv: {filters: 40, kernel: 4, stride: 4}, relu, flatten, linear: 300, relu, linear: 10]"
    ),
    (
      "{architecture: resnet, widths: [3, 5], blocks: 1}",
      """
      [conv: {filters: 3, kernel: 3, padding: 1, bias: false}, batch_norm, relu,
       residual: [conv: {filters: 3, kernel: 3, padding: 1, bias: false}, batch_norm, relu,
                  conv: {filters: 3, kernel: 3, padding: 1, bias: false}, batch_norm], relu,
       residual: {body: [conv: {filters: 5, kernel: 3, padding: 1, stride: 2, bias: false}, batch_norm, relu,
                         conv: {filters: 5, kernel: 3, padding: 1, bias: false}, batch_norm],
                  shortcut: [conv: {filters: 5, kernel: 1, stride: 2, bias: false}, batch_norm]}, relu,
       global_average_pool, linear: 10]
      """
    ),
  ])
  func anArchitectureIsAListOfLayers(model: String, list: String) throws {
    #expect(try layers(model, inputShape: [8, 8, 3]) == layers("{layers: \(list)}", inputShape: [8, 8, 3]))
  }

  @Test func samplesThatAreFlatAreNotFlattened() throws {
    #expect(
      try layers("{architecture: mlp, hidden: []}", inputShape: [12])
        == [.linear(outputs: 10, bias: true, initializer: .heNormal)])
  }

  /// He et al. (2016), table 6: ResNet-20 has 20 layers with weights on the way from image to class.
  @Test func resNet20HasTwentyLayers() throws {
    let shape = [32, 32, 3]
    let model = try Model(
      layers("{architecture: resnet, widths: [16, 32, 64], blocks: 3}", inputShape: shape), inputShape: shape,
      pool: nil)
    let onTheWay = model.layers.filter { ["linear", "conv"].contains($0.name) && !$0.path.contains("shortcut") }
    #expect(onTheWay.count == 20)
  }
}
