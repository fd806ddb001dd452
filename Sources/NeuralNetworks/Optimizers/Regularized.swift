import Autograd

/// Parameters that weight decay and L2 act on, by role.
public enum Regularized: String, Sendable, CaseIterable {
  /// All except biases, normalisation, position tables and class tokens.
  case weights
  /// All except biases and normalisation.
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
