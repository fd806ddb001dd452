import Configuration
import NeuralNetworks

extension ModelSpecification {
  static var gpt: Variant<ModelSpecification> {
    Variant(
      "gpt", "a decoder-only transformer over tokens (Radford et al., 2019)",
      template: GPT(blocks: 6, heads: 6, width: 384, context: 256),
      fields: [
        Field("blocks", \.blocks, .depth, "Number of blocks."),
        Field("heads", \.heads, .size(), "Attention heads a block; they divide the width."),
        Field("width", \.width, .size(), "Elements of the vector of each token."),
        Field("context", \.context, .size(), "Longest sequence, in tokens."),
        Field(
          "dropout", \.dropout, .share, "Share of the embedding's and of every branch's outputs that is set to zero."),
        Field(
          "attention_dropout", \.attentionDropout, .share,
          "Share of the attention's probabilities that is set to zero in training."),
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

  static var visionTransformer: Variant<ModelSpecification> {
    Variant(
      "vit", "a vision transformer over patches of images (Dosovitskiy et al., 2021)",
      template: VisionTransformer(patch: 4, width: 192, blocks: 6, heads: 3),
      fields: [
        Field("patch", \.patch, .size(), "Height and width of a patch; it divides the image's."),
        Field("width", \.width, .size(), "Elements of the vector of each patch."),
        Field("blocks", \.blocks, .depth, "Number of blocks."),
        Field("heads", \.heads, .size(), "Attention heads a block; they divide the width."),
        Field(
          "stem", \.stem, .word(),
          "Makes the patches' vectors: one convolution of the patch's size and stride, or 3×3 convolutions that halve "
            + "the image with batch normalisation until a patch is a pixel (Xiao et al., 2021)."),
        Field(
          "pooling", \.pooling, .word(),
          "What the classifier sees: the mean over the patches, or a learned vector in front of them."),
        Field(
          "dropout", \.dropout, .share, "Share of the embedding's and of every branch's outputs that is set to zero."),
        Field(
          "attention_dropout", \.attentionDropout, .share,
          "Share of the attention's probabilities that is set to zero in training."),
        Field(
          "stochastic_depth", \.stochasticDepth, .share,
          "Share of the samples that the last block's branches leave out in training; it grows from 0 at the first "
            + "block (Huang et al., 2016)."),
        Field("mlp", \.mlp, .word(), "As for `gpt`."),
        Field("bias", \.bias, .truth, "Linear layers and normalisations of the blocks have biases."),
      ],
      apply: { $1 = .visionTransformer($0) },
      take: { if case .visionTransformer(let model) = $0 { model } else { nil } })
  }
}
