import Autograd
import Configuration
import Tensors

/// Group normalisation (Wu and He, 2018): the channels of each sample are normalised in groups, over all of its
/// positions, to mean zero and variance one, then scaled and shifted channel by channel.
///
/// Input and output `[batch, …, channels]`; `weight` and `bias` `[channels]`, as in PyTorch. Training and evaluation are alike;
/// padding of sequences is left out of the statistics and becomes zero.
public final class GroupNorm: PartwiseLayer {
  public let path: String
  public let name: String
  public let outputShape: [Int]
  public let weight: Parameter?
  public let bias: Parameter?
  private let groups: Int
  private let epsilon: Double

  /// - Parameter scales: Whether each channel is scaled and shifted after the normalisation.
  init(
    path: String, name: String, inputShape: [Int], groups: Int, scales: Bool, epsilon: Double, builder: ModelBuilder
  ) {
    (self.path, self.name, outputShape) = (path, name, inputShape)
    (self.groups, self.epsilon) = (groups, epsilon)
    let channels = [inputShape[inputShape.count - 1]]
    func parameter(_ name: String, _ value: Double) -> Parameter? {
      guard scales else { return nil }
      return builder.parameter(
        "\(path).\(name)", shape: channels, role: .normalization, initially: .constant(value))
    }
    (weight, bias) = (parameter("weight", 1), parameter("bias", 0))
  }

  public var parameters: [Parameter] { [weight, bias].compactMap { $0 } }
  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    x.groupNormalized(
      groups: groups, weight: weight.map(pass.tape.parameter), bias: bias.map(pass.tape.parameter), epsilon: epsilon,
      lengths: pass.lengths)
  }
}

extension GroupNorm {
  public struct Settings: LayerSettings {
    public var groups: Int
    public var epsilon = 1e-5
    public var scale = true

    public init(groups: Int) { self.groups = groups }

    package static let forms = [
      LayerForm(
        "group_norm",
        "Normalises the channels of each sample, in groups, over all of its positions (Wu and He, 2018); batches of any size are alike.",
        shorthand: "groups", template: Settings(groups: 1),
        fields: [
          Field("groups", \.groups, .size(), required: true, "Groups; they divide the channels."),
          Field("epsilon", \.epsilon, .positive, "Added to the variance."),
          Field("scale", \.scale, .truth, "Scales and shifts each channel by learned numbers."),
        ],
        examples: [
          LayerExample(.groupNorm(Settings(groups: 3)), on: [5, 7, 6]),
          LayerExample(.groupNorm(Settings(groups: 1)), on: [5, 3]),
        ])
    ]

    package var timeDependence: TimeDependence { .context }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      try context.requireSeveralInGroups(groups, predictsTokens: builder.predictsTokens)
      return GroupNorm(
        path: context.path, name: kind, inputShape: context.inputShape, groups: groups, scales: scale, epsilon: epsilon,
        builder: builder)
    }
  }
}

extension LayerContext {
  /// Requires an input that this many groups of channels divide.
  func requireSeveralInGroups(_ groups: Int, predictsTokens: Bool) throws(ModelError) {
    let channels = inputShape[inputShape.count - 1]
    try requirePositive(groups, "the number of groups")
    guard channels % groups == 0 else {
      throw error(
        "\(groups) groups do not divide the \(channels) channels of its input \(describe(inputShape))",
        hint: "use a number of groups that does")
    }
    guard inputShape.reduce(1, *) > groups else {
      throw error(
        "normalises single numbers: \(groups) groups of an input of \(describe(inputShape))",
        hint: "use fewer groups, or normalise an image or a sequence")
    }
    // The mean over a sequence includes later time steps.
    guard !predictsTokens else {
      throw error("sees the tokens that are to be predicted", hint: "use layer_norm, which keeps to each time step")
    }
  }
}

extension LayerSpecification {
  /// Group normalisation.
  public static func groupNorm(_ settings: GroupNorm.Settings) -> Self { Self(settings) }
}
