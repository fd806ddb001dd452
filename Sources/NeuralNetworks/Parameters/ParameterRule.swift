import Configuration

/// One rule of a configuration's `parameters`, for the parameters whose path it matches. A key that is nil changes nothing.
public struct ParameterRule: Sendable, Equatable {
  /// Treatment of batch normalisation's running averages.
  public enum Statistics: String, Sendable, CaseIterable {
    /// Update them with each batch.
    case follow
    /// Keep them, and normalise by them in training too, as in evaluation.
    case keep
  }

  package var match: PathPattern
  /// Multiplies the schedule's rate.
  public var rate: Double?
  /// Replaces the optimiser's.
  public var weightDecay: Double?
  /// Replaces the optimiser's.
  public var l2: Double?
  /// Whether the parameters keep their values.
  public var freeze: Bool?
  public var statistics: Statistics?

  package init(_ match: PathPattern) { self.match = match }

  /// Whether the rule changes parameters; else it changes running averages alone.
  var concernsParameters: Bool { isOfUpdates || freeze != nil }

  private var isOfUpdates: Bool { rate != nil || weightDecay != nil || l2 != nil }

  /// Reports a rule without effect, or with keys that exclude each other.
  ///
  /// - Parameter path: Path of the rule, `parameters.0`.
  package func check(at path: String, _ context: inout DecodingContext) {
    context.check(
      path, "\(path).match", holds: concernsParameters || statistics != nil,
      "the rule changes nothing", hint: "give it rate, weight_decay, l2, freeze or statistics")
    context.check(
      "\(path).rate", "\(path).weight_decay", "\(path).l2", "\(path).freeze", holds: freeze != true || !isOfUpdates,
      "frozen parameters have no rate, weight_decay or l2", hint: "leave those out, or leave out freeze")
  }
}

extension ParameterRule {
  package static var record: Record<ParameterRule> {
    Record(
      "parameters",
      "An ordered list of rules for parameters by their paths in checkpoints. A later rule overrides an earlier one "
        + "key by key; a rule that matches nothing is a mistake.",
      template: ParameterRule(.everything),
      fields: [
        Field(
          "match", \.match, .pathPattern, required: true, example: "match: \"blocks.0.*\"",
          "Paths of the parameters, in quotes. `*` and `**` stand for any number of characters, dots included; `?` for one character "
            + "other than a dot; `[0-3]` for one of a range, `[!0-3]` for one outside it."),
        Field("rate", \.rate, Codec.positive.optional, "Multiplies the schedule's rate."),
        Field(
          "weight_decay", \.weightDecay, Codec.notNegative.optional,
          "Replaces the optimiser's weight decay for the parameters that match, also for those that `optimizer.regularize` excludes."
        ),
        Field("l2", \.l2, Codec.notNegative.optional, "Replaces the optimiser's L2 penalty, in the same way."),
        Field(
          "freeze", \.freeze, Codec.truth.optional,
          "Keeps the values of the parameters: they have no gradients, no part in the all-reduce, and no optimiser state."
        ),
        Field(
          "statistics", \.statistics, Codec.word().optional,
          "Treatment of batch normalisation whose `running_mean` the rule matches. `follow`, the default: the running averages follow the "
            + "batches, even of a frozen layer, as in PyTorch; `keep`: they stay, and the layer normalises by them in training too."
        ),
      ])
  }

  /// A rule without its nil keys.
  package static var codec: Codec<ParameterRule> {
    let whole = record.codec
    return Codec(
      type: whole.type, decode: whole.decode,
      encode: { YAMLNode(.mapping((whole.encode($0).entries ?? []).filter { !$0.value.isNull })) })
  }
}
