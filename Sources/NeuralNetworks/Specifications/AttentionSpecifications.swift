/// Normalisation of every row of channels.
public struct LayerNormSpecification: Sendable, Equatable {
  /// Added to the variance.
  public var epsilon = 1e-5
  /// Whether a learned shift is added.
  public var bias = true

  public init() {}
}

/// Multi-head attention of a sequence to itself.
public struct SelfAttentionSpecification: Sendable, Equatable {
  public enum Positions: String, Sendable, CaseIterable {
    case none
    /// Queries and keys are turned by their places (Su et al., 2021).
    case rotary
  }

  /// They divide the channels.
  public var heads: Int
  /// Whether a place sees those before it and itself only.
  public var causal = false
  public var positions = Positions.none
  /// Share of the probabilities that training sets to zero.
  public var dropout = 0.0
  public var bias = true

  public init(heads: Int) { self.heads = heads }
}

/// Vectors added to a sequence to tell its places apart.
public struct PositionsSpecification: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case learned
    /// Vaswani et al., 2017.
    case sinusoidal
  }

  public var kind = Kind.learned
  /// Of the normal distribution that learned ones start from.
  public var standardDeviation = 0.02

  public init(_ kind: Kind = .learned) { self.kind = kind }
}
