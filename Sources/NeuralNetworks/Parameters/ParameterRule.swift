import Configuration

/// One rule of a configuration's `parameters`: what holds for the parameters whose path it matches. A key that is nil says nothing.
public struct ParameterRule: Sendable, Equatable {
  package var match: PathPattern
  /// Multiplies the schedule's rate.
  public var rate: Double?
  /// In place of the optimiser's.
  public var weightDecay: Double?
  /// In place of the optimiser's.
  public var l2: Double?

  package init(_ match: PathPattern) { self.match = match }

  /// Reports a rule that says nothing.
  ///
  /// - Parameter path: Of the rule, `parameters.0`.
  package func check(at path: String, _ context: inout DecodingContext) {
    context.check(
      path, "\(path).match", holds: rate != nil || weightDecay != nil || l2 != nil,
      "the rule says nothing of what it matches", hint: "give it rate, weight_decay or l2")
  }
}

extension ParameterRule {
  package static var record: Record<ParameterRule> {
    Record(
      "parameters",
      "An ordered list of rules for parameters by their paths, as checkpoints have them. A later rule overrides an earlier one "
        + "key by key; a rule that matches nothing is a mistake.",
      template: ParameterRule(.everything),
      fields: [
        Field(
          "match", \.match, .pathPattern, required: true, example: "match: \"blocks.0.*\"",
          "Paths of the parameters, in quotes. `*` and `**` stand for any characters or none, dots among them; `?` for one that is no "
            + "dot; `[0-3]` for one of a range, `[!0-3]` for another."),
        Field("rate", \.rate, Codec.positive.optional, "Multiplies the schedule's rate."),
        Field(
          "weight_decay", \.weightDecay, Codec.notNegative.optional,
          "In place of the optimiser's, for all that the rule matches, even what `optimizer.regularize` leaves out."),
        Field("l2", \.l2, Codec.notNegative.optional, "In place of the optimiser's, likewise."),
      ])
  }

  /// A rule without the keys of which it says nothing.
  package static var codec: Codec<ParameterRule> {
    let whole = record.codec
    return Codec(
      type: whole.type, decode: whole.decode,
      encode: { YAMLNode(.mapping((whole.encode($0).entries ?? []).filter { !$0.value.isNull })) })
  }
}
