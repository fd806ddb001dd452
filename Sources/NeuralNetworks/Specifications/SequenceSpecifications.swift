import Autograd

/// A table of learned vectors, one for each token.
public struct EmbeddingSpecification: Sendable, Equatable {
  /// Number of different tokens; nil takes that of the data.
  public var vocabulary: Int?
  /// Elements of each vector.
  public var width: Int
  /// Of the normal distribution that the vectors start from (PyTorch's convention is 1).
  public var standardDeviation: Double

  public init(vocabulary: Int? = nil, width: Int, standardDeviation: Double = 1) {
    (self.vocabulary, self.width, self.standardDeviation) = (vocabulary, width, standardDeviation)
  }
}

/// A stack of recurrent layers of one kind.
public struct RecurrentSpecification: Sendable, Equatable {
  public var cell: RecurrentCell
  /// Elements of the state of each layer and direction.
  public var size: Int
  /// Layers on top of each other.
  public var layers = 1
  /// Whether each layer runs in both directions; their states stand beside each other.
  public var bidirectional = false
  /// Share of the values between two layers that become zero in training.
  public var dropout = 0.0
  /// Whether only the last state goes on, for one label a sequence.
  public var last = false
  /// Whether what goes into the gates is normalised at each step (Ba et al., 2016).
  public var layerNorm = false
  /// How the weights start, with biases of zero; nil starts both uniform in ±1/√size, as in PyTorch.
  public var initializer: Initializer?

  public init(_ cell: RecurrentCell, size: Int) { (self.cell, self.size) = (cell, size) }

  /// The word that configurations and messages use for this layer.
  public var name: String {
    switch cell {
    case .rnnTanh, .rnnReLU: "rnn"
    case .lstm: "lstm"
    case .gru: "gru"
    }
  }
}

/// Computation of a recurrent layer at each step, as the differentiable operations know it.
public typealias RecurrentCell = Autograd.RecurrentCell
