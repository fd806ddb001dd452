import Configuration

/// An optimiser with its settings, and the settings that all optimisers share.
public struct OptimizerSpecification: Sendable {
  package var settings: any OptimizerSettings
  /// Added to the gradient as weight_decay · w; AdamW and Lion instead subtract η · weight_decay · w from the weight.
  public var weightDecay = 0.0
  /// Factor λ of the loss term λ·Σw²: the gradient includes 2λw, the reported loss λΣw².
  public var l2 = 0.0
  /// Parameters that weight decay and L2 act on.
  public var regularize = Regularized.weights
  /// Largest Euclidean norm of the whole gradient; nil does not clip.
  public var clipNorm: Double?
  /// Largest magnitude of the gradient's elements; nil does not clip.
  public var clipValue: Double?

  package init(_ settings: any OptimizerSettings) { self.settings = settings }

  /// Number of flat buffers of the parameters' size that are the optimiser's state.
  public var stateCount: Int { settings.stateNames.count }

  /// Number of further flat buffers: one for clipped gradients.
  public var scratchCount: Int { clipValue == nil ? 0 : 1 }

  /// Number of scratch buffers that optimisers with shared parameters fill in parts, each its own; the others are filled whole.
  public var partedScratchCount: Int { settings is any NormedOptimizerSettings ? 0 : scratchCount }

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
      "optimizer", "The optimiser: the computation of new weights from a gradient.", template: .sgd(),
      choice: Choice("kind", "The optimiser.", fallback: SGD.form.name, variants: OptimizerCatalogue.variants),
      fields: [
        Field(
          "weight_decay", \.weightDecay, .notNegative,
          "λ: adds λ·w to the gradient, which `lars` scales; `adamw` and `lion` instead subtract η·λ·w from w."),
        Field("l2", \.l2, .notNegative, "λ of a loss term λ·Σw², whose gradient is 2λ·w."),
        Field(
          "regularize", \.regularize, .word(),
          "Parameters that `weight_decay` and `l2` act on. `weights`: matrices, kernels and tables of tokens, but not biases, "
            + "normalisation, position tables and class tokens; `weights_and_positions`: position tables and class tokens too, as up "
            + "to version 1; `all`: every parameter."),
        Field(
          "clip_norm", \.clipNorm, Codec.positive.optional,
          "Largest Euclidean norm of the whole gradient; null clips nothing."),
        Field(
          "clip_value", \.clipValue, Codec.positive.optional,
          "Largest magnitude of each element of the gradient; null clips nothing. Excludes clip_norm."),
      ])
  }
}
