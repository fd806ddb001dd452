import Configuration
import NeuralNetworks

/// Layers of transformers.
extension LayerSchema {
  static var attentionLayers: [Form] { [layerNorm, selfAttention, positions] }

  private static var layerNorm: Form {
    Form(
      "layer_norm", "Normalises the channels of each place, or the features of each sample (Ba et al., 2016).",
      template: LayerNormSpecification(),
      fields: [
        Field("epsilon", \.epsilon, .positive, "Added to the variance."),
        Field("bias", \.bias, .truth, "Adds a learned constant to each channel."),
      ],
      apply: { $1 = .layerNorm($0) }, take: { if case .layerNorm(let keys) = $0 { keys } else { nil } })
  }

  private static var selfAttention: Form {
    Form(
      "self_attention",
      "Multi-head attention of a sequence to itself (Vaswani et al., 2017); padding is not seen. A transformer's block "
        + "has it in a `residual` behind `layer_norm`.",
      shorthand: "heads", template: SelfAttentionSpecification(heads: 1),
      fields: [
        Field("heads", \.heads, .size(), required: true, "Attention heads; they divide the channels."),
        Field("causal", \.causal, .truth, "Each place sees those before it and itself only."),
        Field(
          "positions", \.positions, .word(),
          "`rotary` turns queries and keys by their places (Su et al., 2021); `none` leaves that to other layers."),
        Field(
          "dropout", \.dropout, .share, "Share of the attention's probabilities that is set to zero in training."),
        Field("bias", \.bias, .truth, "The linear layers around it have biases."),
      ],
      apply: { $1 = .selfAttention($0) }, take: { if case .selfAttention(let keys) = $0 { keys } else { nil } })
  }

  private static var positions: Form {
    Form(
      "positions", "Adds a vector to each place of a sequence that tells it apart.", shorthand: "kind",
      template: PositionsSpecification(),
      fields: [
        Field("kind", \.kind, .word(), "Learned vectors, or sines and cosines (Vaswani et al., 2017)."),
        Field(
          "deviation", \.standardDeviation, .positive,
          "Standard deviation of the normal distribution that learned vectors start from."),
      ],
      apply: { $1 = .positions($0) }, take: { if case .positions(let keys) = $0 { keys } else { nil } })
  }
}
