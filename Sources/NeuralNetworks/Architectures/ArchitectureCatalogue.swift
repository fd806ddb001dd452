import Configuration

/// All architectures that a configuration can name. A new one is one file and one line here.
package enum ArchitectureCatalogue {
  /// In the order of the reference page; the first is the default.
  package static let forms: [ArchitectureForm] = [
    LayerList.form,
    MultilayerPerceptron.form,
    PatchifyConvNet.form,
    ResidualNetwork.form,
    GPT.form,
    VisionTransformer.form,
  ]
}

extension ModelSpecification {
  /// The section `model` of a configuration.
  package static let record = Record(
    "model", "The network: a list of layers, or a named architecture with its sizes.",
    template: ModelSpecification.layers([]),
    choice: Choice(
      "architecture", "A named architecture, instead of `layers`.", fallback: LayerList.form.name,
      isFallbackUnnamed: true, variants: ArchitectureCatalogue.forms.map(\.variant)),
    fields: [])
}
