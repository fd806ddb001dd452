import Autograd
import Configuration
import Tensors

/// The two linear layers after attention, on each row: output(f(inner(x))), or, gated, output(silu(gate(x)) ∘ inner(x)) (Shazeer,
/// 2020). Input and output `[batch, …, channels]`, with 4 times the width between the layers by default; gated 8/3
/// times, rounded up to a multiple of 8, so that both have about as many parameters.
public final class FeedForward: Layer {
  public let path: String
  public let name = "feed_forward"
  public let outputShape: [Int]
  private let activation: Activation?
  private let gate: Linear?
  private let inner: Linear
  private let output: Linear
  private let dropout: Dropout

  fileprivate init(path: String, inputShape: [Int], settings: Settings, builder: ModelBuilder) {
    (self.path, outputShape, activation) = (path, inputShape, settings.kind.activation)
    let channels = inputShape[inputShape.count - 1]
    let hidden = settings.hidden(for: channels)
    func linear(_ name: String, from shape: [Int], to outputs: Int, _ initializer: Initializer) -> Linear {
      Linear(
        path: "\(path).\(name)", inputShape: shape, outputs: outputs, bias: settings.bias, initializer: initializer,
        builder: builder)
    }
    let names = settings.names
    gate =
      settings.kind == .swiglu ? linear(names.gate, from: inputShape, to: hidden, settings.initializer) : nil
    inner = linear(names.inner, from: inputShape, to: hidden, settings.initializer)
    output = linear(names.output, from: inner.outputShape, to: channels, settings.outputInitializer)
    dropout = Dropout(path: path + ".dropout", inputShape: inputShape, rate: settings.dropout, builder: builder)
  }

  public var children: [any Layer] { (gate.map { [$0] } ?? []) + [inner, output, dropout] }
  public var spansBatch: Bool { false }
  public var multiplyAdds: Int { 0 }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    var hidden: [Variable]
    if let activation, pass.fusesLayers {
      hidden = pass.each(parts) { inner.forward($0, $1, activation: activation) }
    } else {
      hidden = try inner(parts, pass)
      if let activation { hidden = hidden.map { $0.activated(by: activation) } }
    }
    if let gate { hidden = zip(try gate(parts, pass), hidden).map { $0.gating($1) } }
    return try dropout(output(hidden, pass), pass)
  }
}

extension FeedForward {
  /// The function between the linear layers.
  public enum Kind: String, Sendable, CaseIterable {
    case gelu
    case geluTanh = "gelu_tanh"
    case relu
    /// Gated (Shazeer, 2020).
    case swiglu

    var activation: Activation? {
      switch self {
      case .gelu: .gelu
      case .geluTanh: .geluTanh
      case .relu: .relu
      case .swiglu: nil
      }
    }

    static let meaning =
      "Activation between the linear layers; `swiglu` is gated (Shazeer, 2020), with 8/3 of the width inside instead of 4 times."
  }

  /// Names of the linear layers in files.
  struct Names: Sendable, Equatable {
    var inner = "fc1"
    var gate = "gate"
    var output = "fc2"
  }

  public struct Settings: LayerSettings {
    public var kind: Kind
    /// Width between the linear layers; nil means 4 times that of the input, or 8/3 times if gated.
    public var hidden: Int?
    /// Dropout rate of the outputs.
    public var dropout = 0.0
    public var bias = true
    var names = Names()
    var initializer = Initializer.heNormal
    var outputInitializer = Initializer.lecunNormal

    public init(_ kind: Kind = .gelu) { self.kind = kind }

    package static let forms = [
      LayerForm(
        "feed_forward", "Two linear layers on each time step with an activation between them, as after attention.",
        shorthand: "activation", template: Settings(),
        fields: [
          Field("activation", \.kind, .word(), Kind.meaning),
          Field(
            "hidden", \.hidden, Codec.size().optional, defaultText: "4 times the input's, 8/3 if gated",
            "Width between the linear layers."),
          Field("dropout", \.dropout, .share, "Dropout rate of the outputs."),
          Field("bias", \.bias, .truth, "The linear layers have biases."),
        ],
        examples: [
          LayerExample(.feedForward(Settings()), on: [5, 7]),
          LayerExample(.feedForward(gated), on: [7]),
        ])
    ]

    private static var gated: Settings {
      var settings = Settings(.swiglu)
      (settings.hidden, settings.bias, settings.dropout) = (5, false, 0.3)
      return settings
    }

    package var timeDependence: TimeDependence { .none }

    func hidden(for channels: Int) -> Int {
      hidden ?? (kind == .swiglu ? (channels * 8 + 23) / 24 * 8 : 4 * channels)
    }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer { try feedForward(for: context, in: builder) }

    func feedForward(for context: LayerContext, in builder: ModelBuilder) throws(ModelError) -> FeedForward {
      guard let channels = context.inputShape.last, context.inputShape.count < 3 else {
        throw context.error(
          "requires a vector or a sequence, but gets an image of \(describe(context.inputShape))",
          hint: "put flatten or image_to_sequence in front of it")
      }
      let hidden = hidden(for: channels)
      try context.requireCount(of: [hidden, channels], "has a weight of")
      try context.requireCount(of: context.inputShape.dropLast() + [hidden], "gives inside")
      return FeedForward(path: context.path, inputShape: context.inputShape, settings: self, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Two linear layers on each time step with an activation between them.
  public static func feedForward(_ settings: FeedForward.Settings) -> Self { Self(settings) }
}
