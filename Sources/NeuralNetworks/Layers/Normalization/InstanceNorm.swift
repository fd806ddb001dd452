import Configuration

/// Instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016): each channel of each sample is normalised over its positions:
/// group normalisation with one channel in each group. As in PyTorch, it has no parameters by default.
package struct InstanceNorm: LayerSettings {
  var epsilon = 1e-5
  var scale = false

  package static let forms = [
    LayerForm(
      "instance_norm", "Normalises each channel of each sample over its positions (Ulyanov et al., 2016).",
      template: InstanceNorm(),
      fields: [
        Field("epsilon", \.epsilon, .positive, "Added to the variance."),
        Field("scale", \.scale, .truth, "Scales and shifts each channel by learned numbers."),
      ],
      examples: [
        LayerExample(.instanceNorm(), on: [5, 7, 3]), LayerExample(.instanceNorm(scale: true), on: [5, 3]),
      ])
  ]

  package var timeDependence: TimeDependence { .context }

  package func layer(
    for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
  ) throws(ModelError) -> any Layer {
    let channels = context.inputShape[context.inputShape.count - 1]
    try context.requireSeveralInGroups(channels, predictsTokens: builder.predictsTokens)
    return GroupNorm(
      path: context.path, name: kind, inputShape: context.inputShape, groups: channels, scales: scale, epsilon: epsilon,
      builder: builder)
  }
}

extension LayerSpecification {
  /// Instance normalisation.
  ///
  /// - Parameter scale: Whether each channel is scaled and shifted by trained parameters.
  public static func instanceNorm(scale: Bool = false) -> Self { Self(InstanceNorm(scale: scale)) }
}
