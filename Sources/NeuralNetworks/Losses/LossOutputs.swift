import Foundation

/// Meaning that a loss gives to a model's outputs.
public enum LossOutputs: Sendable {
  /// Logits of a softmax: the classes exclude one another.
  case logits
  /// Logits of a sigmoid for each class.
  case sigmoidLogits
  /// The targets themselves, 0 and 1.
  case targets

  /// Probabilities of the classes from outputs: softmax; a sigmoid each, which need not sum to one; or the outputs themselves,
  /// whose targets were 0 and 1.
  public func probabilities(of scores: [Double]) -> [Double] {
    switch self {
    case .logits:
      let largest = scores.max() ?? 0
      let terms = scores.map { exp($0 - largest) }
      let sum = terms.reduce(0, +)
      return terms.map { $0 / sum }
    case .sigmoidLogits: return scores.map { 1 / (1 + exp(-$0)) }
    case .targets: return scores
    }
  }
}
