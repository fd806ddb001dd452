import NeuralNetworks

/// Layers over sequences of tokens or of vectors.
extension LayerSchema {
  static var sequenceLayers: [Form] { [embedding] }

  private static var embedding: Form {
    Form(
      "embedding", "A learned vector for each token; the first layer of a model of tokens.", shorthand: "width",
      template: EmbeddingSpecification(width: 1),
      fields: [
        Field("width", \.width, .integer(atLeast: 1), required: true, "Elements of each vector."),
        Field(
          "vocabulary", \.vocabulary, Codec.integer(atLeast: 1).optional, defaultText: "that of the data",
          "Number of different tokens."),
        Field(
          "deviation", \.standardDeviation, .positive,
          "Standard deviation of the normal distribution that the vectors start from."),
      ],
      apply: { $1 = .embedding($0) }, take: { if case .embedding(let keys) = $0 { keys } else { nil } })
  }
}
