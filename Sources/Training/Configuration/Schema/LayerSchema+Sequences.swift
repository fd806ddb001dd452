import Configuration
import NeuralNetworks

/// Layers over sequences of tokens or of vectors.
extension LayerSchema {
  static var sequenceLayers: [Form] { [embedding, oneHot, rnn, lstm, gru] }

  private static var embedding: Form {
    Form(
      "embedding", "A learned vector for each token; the first layer of a model of tokens.", shorthand: "width",
      template: EmbeddingSpecification(width: 1),
      fields: [
        Field("width", \.width, .size(), required: true, "Elements of each vector."),
        Field(
          "vocabulary", \.vocabulary, Codec.size().optional, defaultText: "that of the data",
          "Number of different tokens."),
        Field(
          "deviation", \.standardDeviation, .positive,
          "Standard deviation of the normal distribution that the vectors start from."),
      ],
      apply: { $1 = .embedding($0) }, take: { if case .embedding(let keys) = $0 { keys } else { nil } })
  }

  private static var oneHot: Form {
    bare(
      "one_hot",
      "A vector of zeros with a one in the token's place, for each token; the first layer of a model of tokens.",
      .oneHot)
  }

  private static func recurrent(
    _ name: String, _ meaning: String, _ cell: RecurrentCell, _ special: [Field<RecurrentSpecification>] = []
  ) -> Form {
    Form(
      name, meaning, shorthand: "size", template: RecurrentSpecification(cell, size: 1),
      fields: [
        Field("size", \.size, .size(), required: true, "Elements of each layer's state.")
      ] + special + [
        Field("layers", \.layers, .depth, "Layers on top of each other."),
        Field(
          "bidirectional", \.bidirectional, .truth,
          "Runs each layer in both directions and puts their states beside each other."),
        Field("dropout", \.dropout, .share, "Share of the values between two layers that become zero in training."),
        Field(
          "layer_norm", \.layerNorm, .truth,
          "Normalises what goes into the gates at each step, and an LSTM's cell (Ba et al., 2016); slower."),
        Field("last", \.last, .truth, "Passes on the last state only: one output a sequence, not one a step."),
        Field(
          "initializer", \.initializer, Codec.initializer.optional, defaultText: "uniform in ±1/√size, biases too",
          "How the weights start, as for `linear`; biases then start at 0."),
      ],
      apply: { $1 = .recurrent($0) },
      take: { layer in
        guard case .recurrent(let keys) = layer, keys.name == name else { return nil }
        return keys
      })
  }

  private static var rnn: Form {
    recurrent(
      "rnn", "h = f(W·x + b + U·h' + d) over a sequence (Elman, 1990).", .rnnTanh,
      [Field("activation", \.cell, .word([("tanh", .rnnTanh), ("relu", .rnnReLU)]), "The function f.")])
  }

  private static var lstm: Form {
    recurrent("lstm", "Long short-term memory with forget gates (Gers et al., 2000).", .lstm)
  }

  private static var gru: Form {
    recurrent("gru", "Gated recurrent unit (Cho et al., 2014), with PyTorch's equations.", .gru)
  }
}
