import Autograd
import Configuration
import Tensors

/// A fully connected layer: y = x·Wᵀ + b.
///
/// Input `[batch, inputs]` or `[batch, time, inputs]`, output `[batch, outputs]` or `[batch, time, outputs]`; `weight`
/// `[outputs, inputs]` and `bias` `[outputs]`, as in PyTorch.
public final class Linear: PartwiseLayer, ActivationFusing {
  public let path: String
  public let name = "linear"
  public let outputShape: [Int]
  public let weight: Parameter
  public let bias: Parameter?
  private var fused: Activation?

  /// - Parameter nameSeparator: Separator of the path and `weight` or `bias` in the parameters' names.
  init(
    path: String, nameSeparator: String = ".", inputShape: [Int], outputs: Int, bias: Bool, initializer: Initializer,
    builder: ModelBuilder
  ) {
    let inputs = inputShape[inputShape.count - 1]
    self.path = path
    outputShape = inputShape.dropLast() + [outputs]
    weight = builder.parameter(
      path + nameSeparator + "weight", shape: [outputs, inputs], role: .weight,
      initially: .drawn(initializer, fanIn: inputs, fanOut: outputs))
    self.bias =
      bias
      ? builder.parameter(path + nameSeparator + "bias", shape: [outputs], role: .bias, initially: .constant(0)) : nil
  }

  public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

  func fuse(_ activation: Activation) -> Bool {
    guard fused == nil, activation.isDifferentiableFromOutput else { return false }
    fused = activation
    return true
  }

  public var multiplyAdds: Int { saturatingProduct(outputShape.dropLast().reduce(1, *), weight.count) }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    forward(x, pass, activation: pass.fusesLayers ? fused : nil)
  }

  /// The layer with an activation applied to its output.
  func forward(_ x: Variable, _ pass: ForwardPass, activation: Activation?) -> Variable {
    x.linear(
      weight: pass.tape.parameter(weight), bias: bias.map(pass.tape.parameter), activation: activation)
  }
}

extension Linear {
  package struct Settings: LayerSettings {
    /// Nil means the number of classes of the data, or of tokens if the next one is predicted.
    var outputs: Int?
    var bias = true
    var initializer = Initializer.heNormal

    package static let forms = [
      LayerForm(
        "linear", "y = W·x + b on features.", shorthand: "outputs", template: Settings(outputs: 1),
        fields: [
          Field(
            "outputs", \.outputs, .count(or: "classes"), required: true, example: "outputs: 300 or outputs: classes",
            "Number of outputs; `classes` takes that of the data: their classes or, if the next token of a text is predicted, "
              + "the tokens of the vocabulary."),
          Field("bias", \.bias, .truth, "Adds a learned constant."),
          Field(
            "initializer", \.initializer, .initializer,
            "Initial values of the weights; `{fan_in: gain}` is normal with variance gain / fan-in. Biases start at 0."),
        ],
        examples: [
          LayerExample(.linear(outputs: 5), on: [7]), LayerExample(.linear(outputs: 3, bias: false), on: [5, 7]),
        ])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      guard let outputs = outputs ?? builder.outputs else {
        throw context.error("takes its outputs from the data, which have no classes", hint: "give it a number")
      }
      try context.requirePositive(outputs, "the number of outputs")
      guard context.inputShape.count < 3 else {
        throw context.error(
          "requires a vector, but gets an image of \(describe(context.inputShape)) [height, width, channels]",
          hint: "put flatten or global_average_pool in front of it")
      }
      try context.requireCount(of: [outputs] + context.inputShape.suffix(1), "has a weight of")
      return Linear(
        path: context.path, inputShape: context.inputShape, outputs: outputs, bias: bias, initializer: initializer,
        builder: builder)
    }
  }
}

extension LayerSpecification {
  /// y = x·Wᵀ + b.
  ///
  /// - Parameters:
  ///   - outputs: Nil means the number of classes of the data, or of tokens if the next one is predicted.
  ///   - bias: Whether a bias is added.
  ///   - initializer: Distribution of the initial weights.
  public static func linear(outputs: Int?, bias: Bool = true, initializer: Initializer = .heNormal) -> Self {
    Self(Linear.Settings(outputs: outputs, bias: bias, initializer: initializer))
  }

  /// The number of outputs of a linear layer, if it does not depend on the data; nil for other layers.
  package var linearOutputs: Int? { (settings as? Linear.Settings)?.outputs }
}
