import Autograd
import Configuration
import Tensors

/// Adds to each place of a sequence a vector that tells it apart: input and output `[batch, time, channels]`. Learned
/// vectors are `weight` `[time, channels]`.
public final class Positions: PartwiseLayer {
  public let path: String
  public let name = "positions"
  public let outputShape: [Int]
  private let learned: Parameter?
  private let fixed: Tensor?

  init(path: String, inputShape: [Int], settings: Settings, builder: ModelBuilder) {
    let (time, channels) = (inputShape[0], inputShape[1])
    (self.path, outputShape) = (path, inputShape)
    switch settings.vectors {
    case .learned:
      learned = builder.parameter(
        path + ".weight", shape: inputShape, role: .position,
        initially: .drawn(
          .normal(standardDeviation: settings.standardDeviation), fanIn: time, fanOut: channels))
      fixed = nil
    case .sinusoidal:
      learned = nil
      fixed = Tensor.sinusoidalPositions(
        time, width: channels, dtype: builder.store.dtype, pool: StoragePool())
    }
  }

  public var parameters: [Parameter] { learned.map { [$0] } ?? [] }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    if let learned { return x.addingPositions(pass.tape.parameter(learned)) }
    return fixed.map { x.addingPositions(pass.tape.input($0)) } ?? x
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

    public init(_ vectors: Vectors = .learned) { self.vectors = vectors }

    package static let forms = [
      LayerForm(
        "positions", "Adds a vector to each place of a sequence that tells it apart.", shorthand: "kind",
        template: Settings(),
        fields: [
          Field("kind", \.vectors, .word(), "Learned vectors, or sines and cosines (Vaswani et al., 2017)."),
          Field(
            "deviation", \.standardDeviation, .positive,
            "Standard deviation of the normal distribution that learned vectors start from."),
        ],
        examples: [
          LayerExample(.positions(Settings()), on: [5, 7]),
          LayerExample(.positions(Settings(.sinusoidal)), on: [5, 6]),
        ])
    ]

    package var timeDependence: TimeDependence { .context }

    package func layer(
      at place: LayerPlace, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      _ = try place.requireSequence()
      return Positions(path: place.path, inputShape: place.inputShape, settings: self, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Vectors added to a sequence to tell its places apart.
  public static func positions(_ settings: Positions.Settings) -> Self { Self(settings) }
}
