import Tensors

/// Targets of a loss.
public enum LossTargets: Sendable {
  /// The class of each row: `[batch]` or `[batch, time]` (int32).
  case labels(Tensor)
  /// A distribution over the classes for each row, of the outputs' shape and type; each sums to 1.
  case distributions(Tensor)
}

/// A loss that does not support the given targets.
public struct LossError: Error, Equatable, CustomStringConvertible {
  public let description: String

  /// - Parameter name: Name of the loss, which takes one class for each row.
  init(takesLabelsOnly name: String) {
    let others = LossCatalogue.entries.filter { $0.takesDistributions }.map { $0.name }
    description =
      "loss.kind: \(name) takes one class a sample, not a distribution over the classes (samples that are mixed); use "
      + others.joined(separator: ", ")
  }
}

extension LossSettings {
  static var takesDistributions: Bool { form.template.distributionSum != nil }
}
