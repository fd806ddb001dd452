import Configuration

/// The layers of a list, in order.
struct LayerList: Architecture {
  var layers: [LayerSpecification]

  static let form = ArchitectureForm(
    "layers", "the layers of the list, one after the other", template: LayerList(layers: []),
    fields: [
      Field(
        "layers", \.layers, Codec.layer.list("layers", atLeast: 1), required: true,
        example: "layers: […] or architecture: (one of mlp, patchify-convnet, resnet, gpt, vit)",
        "See the layers below.")
    ],
    example: LayerList(layers: [.flatten, .linear(outputs: 5), .activation(.relu), .linear(outputs: nil)]),
    on: [5, 7, 3])

  var input: ArchitectureInput { layers.first?.settings.readsTokens ?? false ? .tokens : .numbers }
  var isLanguageModel: Bool { false }

  func layers(for context: LayerContext, outputs: Int) throws(ModelError) -> [LayerSpecification] { layers }
}
