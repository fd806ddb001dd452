import Autograd

/// Parameters that weight decay and L2 act on, by the roles that layers give them.
public enum Regularized: String, Sendable, CaseIterable {
  /// Neither biases nor normalisation, position tables and class tokens.
  case weights
  /// Neither biases nor normalisation.
  case weightsAndPositions = "weights_and_positions"
  case all

  func includes(_ role: ParameterRole) -> Bool {
    switch role {
    case .weight: true
    case .position, .token: self != .weights
    case .bias, .normalization: self == .all
    }
  }
}
