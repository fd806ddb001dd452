import NeuralNetworks

extension ModelSpecification {
  /// Whether it begins with an image.
  var readsImages: Bool {
    switch self {
    case .patchifyConvNet, .residualNetwork, .visionTransformer: true
    case .layers, .gpt, .multilayerPerceptron: false
    }
  }
}
