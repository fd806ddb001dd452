/// A model as a configuration writes it: a list of layers, or a named architecture with its sizes.
public enum ModelSpecification: Sendable, Equatable {
  case layers([LayerSpecification])
  case multilayerPerceptron(MultilayerPerceptron)
  case patchifyConvNet(PatchifyConvNet)
  case residualNetwork(ResidualNetwork)
  case gpt(GPT)
  case visionTransformer(VisionTransformer)

  /// The layers to build for samples of `inputShape`, `[features]` or `[height, width, channels]`, where the last layer
  /// has `outputs` outputs. A list of layers stands as it is written: whoever builds it checks its last size.
  public func layers(inputShape: [Int], outputs: Int) -> [LayerSpecification] {
    switch self {
    case .layers(let layers): layers
    case .multilayerPerceptron(let model): model.layers(inputShape: inputShape, outputs: outputs)
    case .patchifyConvNet(let model): model.layers(outputs: outputs)
    case .residualNetwork(let model): model.layers(outputs: outputs)
    case .gpt(let model): [.gpt(model, vocabulary: outputs)]
    case .visionTransformer(let model): [.vit(model, outputs: outputs)]
    }
  }

  /// The word that configurations and messages use for this model.
  public var name: String {
    switch self {
    case .layers: "layers"
    case .multilayerPerceptron: "mlp"
    case .patchifyConvNet: "patchify-convnet"
    case .residualNetwork: "resnet"
    case .gpt: "gpt"
    case .visionTransformer: "vit"
    }
  }
}
