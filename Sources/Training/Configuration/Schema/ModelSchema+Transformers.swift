import NeuralNetworks

extension ModelSpecification {
  static var gpt: Variant<ModelSpecification> {
    Variant(
      "gpt", "a decoder-only transformer over tokens (Radford et al., 2019)",
      template: GPT(blocks: 6, heads: 6, width: 384, context: 256),
      fields: [
        Field("blocks", \.blocks, .integer(atLeast: 1), "Number of blocks."),
        Field("heads", \.heads, .integer(atLeast: 1), "Attention heads a block; they divide the width."),
        Field("width", \.width, .integer(atLeast: 1), "Elements of the vector of each token."),
        Field("context", \.context, .integer(atLeast: 1), "Longest sequence, in tokens."),
        Field(
          "dropout", \.dropout, .share, "Share of the embedding's and of every branch's outputs that is set to zero."),
        Field(
          "positions", \.positions, .word(),
          "How the model knows where a token stands; `rotary` turns queries and keys (Su et al., 2021)."),
        Field(
          "mlp", \.mlp, .word(),
          "Between the linear layers behind attention; `swiglu` is gated (Shazeer, 2020), with 8/3 of the width inside "
            + "instead of 4 times."),
        Field("tie_embeddings", \.tieEmbeddings, .truth, "The output's weight is the embedding's."),
        Field("bias", \.bias, .truth, "Linear layers and normalisations have biases."),
      ],
      apply: { $1 = .gpt($0) },
      take: { if case .gpt(let model) = $0 { model } else { nil } })
  }
}
