import NeuralNetworks

extension ModelSpecification {
  /// Whether it begins with an image.
  var readsImages: Bool {
    switch self {
    case .patchifyConvNet, .residualNetwork, .visionTransformer: true
    case .layers, .gpt, .multilayerPerceptron: false
    }
  }

  /// Whether it begins with the numbers of tokens.
  var readsTokens: Bool {
    switch self {
    case .gpt: return true
    case .layers(let layers):
      switch layers.first {
      case .embedding, .oneHot: return true
      default: return false
      }
    case .multilayerPerceptron, .patchifyConvNet, .residualNetwork, .visionTransformer: return false
    }
  }
}
