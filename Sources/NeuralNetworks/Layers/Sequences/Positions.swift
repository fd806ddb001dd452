import Autograd
import Configuration
import Tensors

/// Adds to each time step of a sequence a vector for its position: input and output `[batch, time, channels]`. Learned
/// vectors are `weight` `[context, channels]`, or `[1, context, channels]` under the layer's own path, as in timm.
public final class Positions: PartwiseLayer {
  public let path: String
  public let name = "positions"
  public let outputShape: [Int]
  private let learned: Parameter?
  /// Sines and cosines, made when the layer first runs, so that a mere summary of the model requires no memory for them.
  private lazy var fixed = makeFixed()
  private let makeFixed: () -> Tensor?
  private let scale: Double?

  init(path: String, inputShape: [Int], settings: Settings, builder: ModelBuilder) {
    let (context, channels) = (settings.context ?? inputShape[0], inputShape[1])
    (self.path, outputShape) = (path, inputShape)
    scale = settings.scalesInput ? Double(channels).squareRoot() : nil
    switch settings.vectors {
    case .learned:
      learned = builder.parameter(
        settings.isBare ? path : path + ".weight",
        shape: settings.isBare ? [1, context, channels] : [context, channels], role: .position,
        initially: .drawn(
          .normal(standardDeviation: settings.standardDeviation), fanIn: context, fanOut: channels))
      makeFixed = { nil }
    case .sinusoidal:
      learned = nil
      let dtype = builder.store.dtype
      makeFixed = { Tensor.sinusoidalPositions(context, width: channels, dtype: dtype, pool: StoragePool()) }
    }
  }

  public var parameters: [Parameter] { learned.map { [$0] } ?? [] }
  public var multiplyAdds: Int { 0 }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let position = pass.attentionCache?.position ?? 0
    let x = scale.map { x.scaled(by: $0) } ?? x
    if let learned {
      let vectors = pass.tape.parameter(learned)
      return x.addingPositions(learned.shape.count == 2 ? vectors : vectors.reshaped([-1, x.shape[2]]), from: position)
    }
    return fixed.map { x.addingPositions(pass.tape.input($0), from: position) } ?? x
  }
}

extension Positions {
  public struct Settings: LayerSettings {
    public enum Vectors: String, Sendable, CaseIterable {
      case learned
      /// Vaswani et al., 2017.
      case sinusoidal
    }

    public var vectors = Vectors.learned
    public var standardDeviation = 0.02
    /// Longest sequence; nil means that of the data.
    public var context: Int?
    /// Multiplies the input by √channels first, since sines and cosines are much larger than an embedding's vectors (Vaswani
    /// et al., 2017, section 3.4).
    public var scalesInput = false
    /// Whether the learned vectors have the layer's own path, as in timm.
    var isBare = false

    public init(_ vectors: Vectors = .learned) { self.vectors = vectors }

    package static let forms = [
      LayerForm(
        "positions", "Adds a vector to each time step of a sequence, by its position.", shorthand: "kind",
        template: Settings(),
        fields: [
          Field("kind", \.vectors, .word(), "Learned vectors, or sines and cosines (Vaswani et al., 2017)."),
          Field(
            "deviation", \.standardDeviation, .positive,
            "Standard deviation of the learned vectors' initial normal distribution."),
          Field(
            "context", \.context, Codec.size().optional, defaultText: "that of the data", "Longest sequence."),
          Field(
            "scale_input", \.scalesInput, .truth,
            "Multiplies the input by √channels first, since sines and cosines are much larger than an embedding's vectors "
              + "(Vaswani et al., 2017)."),
        ],
        examples: [
          LayerExample(.positions(Settings()), on: [5, 7]),
          LayerExample(.positions(longSines), on: [5, 6]),
        ])
    ]

    private static var longSines: Settings {
      var settings = Settings(.sinusoidal)
      (settings.context, settings.scalesInput) = (29, true)
      return settings
    }

    package var timeDependence: TimeDependence { .context }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      let (time, channels) = try context.requireSequence()
      if let longest = self.context, longest < time {
        throw context.error(
          "has a context of \(longest), but gets sequences of \(time)",
          hint: "raise context, or cut the data into shorter sequences")
      }
      try context.requireCount(of: [self.context ?? time, channels], "has a weight of")
      return Positions(path: context.path, inputShape: context.inputShape, settings: self, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Vectors added to a sequence's time steps, by their positions.
  public static func positions(_ settings: Positions.Settings) -> Self { Self(settings) }
}
