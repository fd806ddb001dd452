import Configuration

/// How a gradient changes the weights: an optimiser with its settings, and what all optimisers have in common.
public struct OptimizerSpecification: Sendable {
  package var settings: any OptimizerSettings
  /// Added to the gradient as weight_decay · w; AdamW instead takes η · weight_decay · w off the weight.
  public var weightDecay = 0.0
  /// A loss term λ·Σw², so the gradient carries 2λw and the reported loss λΣw².
  public var l2 = 0.0
  /// Parameters that both act on.
  public var regularize = Regularized.weights
  /// Largest Euclidean norm of the whole gradient; nil leaves it alone.
  public var clipNorm: Double?
  /// Largest magnitude of each of the gradient's elements; nil leaves them alone.
  public var clipValue: Double?

  package init(_ settings: any OptimizerSettings) { self.settings = settings }

  /// Number of flat buffers of the parameters' size that are the optimiser's state.
  public var stateCount: Int { settings.stateNames.count }

  /// Number of further flat buffers that it takes: one for clipped gradients.
  public var scratchCount: Int { clipValue == nil ? 0 : 1 }

  package func check(_ context: inout DecodingContext) {
    settings.check(&context)
    context.check(
      "optimizer.clip_norm", "optimizer.clip_value", holds: clipNorm == nil || clipValue == nil,
      "both optimizer.clip_norm and optimizer.clip_value are given", hint: "keep one, or set the other one to null")
  }
}

extension OptimizerSpecification: Equatable {
  public static func == (a: OptimizerSpecification, b: OptimizerSpecification) -> Bool {
    a.settings.isEqual(to: b.settings) && (a.weightDecay, a.l2, a.regularize) == (b.weightDecay, b.l2, b.regularize)
      && (a.clipNorm, a.clipValue) == (b.clipNorm, b.clipValue)
  }
}

extension OptimizerSpecification {
  package static var record: Record<OptimizerSpecification> {
    Record(
      "optimizer", "How a gradient changes the weights.", template: .sgd(),
      choice: Choice("kind", "The optimiser.", fallback: SGD.form.name, variants: OptimizerCatalogue.variants),
      fields: [
        Field(
          "weight_decay", \.weightDecay, .notNegative,
          "Adds so much times w to the gradient; `adamw` instead takes η times so much of w off it."),
        Field("l2", \.l2, .notNegative, "λ of a loss term λ·Σw²: the gradient carries 2λw, the loss λ·Σw²."),
        Field(
          "regularize", \.regularize, .word(),
          "Parameters that `weight_decay` and `l2` act on. `weights`: matrices, kernels and tables of tokens, neither biases nor "
            + "normalisation, position tables and class tokens; `weights_and_positions`: those too, but neither biases nor "
            + "normalisation, as up to version 1; `all`: every parameter."),
        Field(
          "clip_norm", \.clipNorm, Codec.positive.optional,
          "Largest Euclidean norm of the whole gradient; null clips nothing."),
        Field(
          "clip_value", \.clipValue, Codec.positive.optional,
          "Largest magnitude of each element of the gradient; null clips nothing. Goes without clip_norm."),
      ])
  }
}
