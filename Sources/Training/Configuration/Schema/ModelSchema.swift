import Configuration
import NeuralNetworks

extension ModelSpecification {
  static var record: Record<ModelSpecification> {
    Record(
      "model", "The network: a list of layers, or a named architecture with its sizes.", template: .layers([]),
      choice: Choice(
        "architecture", "A named architecture, instead of `layers`.", fallback: "layers", isFallbackUnnamed: true,
        variants: [layerList, multilayerPerceptron, patchifyConvNet, residualNetwork, gpt, visionTransformer]),
      fields: [])
  }

  private static var layerList: Variant<ModelSpecification> {
    struct Keys { var layers: [LayerSpecification] = [] }
    return Variant(
      "layers", "the layers of the list, one after the other", template: Keys(),
      fields: [
        Field(
          "layers", \.layers, LayerSchema.codec.list("layers", atLeast: 1), required: true,
          example: "layers: […] or architecture: (one of mlp, patchify-convnet, resnet, gpt, vit)",
          "See the layers below.")
      ],
      apply: { $1 = .layers($0.layers) },
      take: { if case .layers(let layers) = $0 { Keys(layers: layers) } else { nil } })
  }

  private static var multilayerPerceptron: Variant<ModelSpecification> {
    Variant(
      "mlp", "linear layers with an activation after each but the last", template: MultilayerPerceptron(hidden: []),
      fields: [
        Field(
          "hidden", \.hidden, sizes(atLeast: 0), required: true,
          "Sizes of the hidden layers; an empty list makes a linear classifier (softmax regression)."),
        Field("activation", \.activation, .activation, "After each hidden layer."),
        Field("batch_norm", \.batchNorm, .truth, "Before each activation; hidden layers then have no bias."),
        Field("sync_batch_norm", \.syncBatchNorm, .truth, "As `sync` of the layer `batch_norm`; requires batch_norm."),
        Field("dropout", \.dropout, .share, "After each activation."),
        Field("initializer", \.initializer, .initializer, "How the weights start."),
      ],
      apply: { $1 = .multilayerPerceptron($0) },
      take: { if case .multilayerPerceptron(let model) = $0 { model } else { nil } })
  }

  private static var patchifyConvNet: Variant<ModelSpecification> {
    Variant(
      "patchify-convnet", "a convolution over patches that do not overlap, one hidden layer",
      template: PatchifyConvNet(patch: 1, filters: 1, hidden: 1),
      fields: [
        Field("patch", \.patch, .size(), required: true, "Height and width of a patch."),
        Field("filters", \.filters, .size(), required: true, "Number of filters."),
        Field("hidden", \.hidden, .size(), required: true, "Size of the hidden layer."),
        Field("initializer", \.initializer, .initializer, "How the weights start."),
      ],
      apply: { $1 = .patchifyConvNet($0) },
      take: { if case .patchifyConvNet(let model) = $0 { model } else { nil } })
  }

  private static var residualNetwork: Variant<ModelSpecification> {
    Variant(
      "resnet", "a residual network for small images (He et al., 2016)",
      template: ResidualNetwork(widths: [16, 32, 64], blocks: 3),
      fields: [
        Field("widths", \.widths, sizes(atLeast: 1), "Channels of each stage; all but the first halve the image."),
        Field("blocks", \.blocks, .depth, "Basic blocks in each stage."),
        Field("sync_batch_norm", \.syncBatchNorm, .truth, "As `sync` of the layer `batch_norm`."),
      ],
      apply: { $1 = .residualNetwork($0) },
      take: { if case .residualNetwork(let model) = $0 { model } else { nil } })
  }

  private static func sizes(atLeast minimum: Int) -> Codec<[Int]> {
    Codec<Int>.size().list("integers ≥ 1", atLeast: minimum)
  }
}
