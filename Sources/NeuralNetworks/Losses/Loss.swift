import Autograd
import Tensors

/// The loss that a run minimises, ready to be applied to a shard.
public struct Loss: Sendable, Equatable {
  public let specification: LossSpecification
  public let classes: Int
  /// One a class; nil weighs all alike.
  public let classWeights: [Double]?

  /// - Parameters:
  ///   - balancedWeights: n / (K·nₖ) from the training split, for `ClassWeights.balanced`.
  public init(_ specification: LossSpecification, classes: Int, balancedWeights: [Double]? = nil) {
    self.specification = specification
    self.classes = classes
    classWeights =
      switch specification.classWeights {
      case .balanced: balancedWeights
      case .explicit(let weights): weights
      case .equal, nil: nil
      }
    precondition(
      classWeights.map { $0.count == classes } ?? true, "\(classWeights?.count ?? 0) class weights, \(classes) classes")
  }

  /// Cross-entropy that neither smoothing nor weights change, in nats: what perplexity and bits are made of.
  public var logLoss: Loss { Loss(.crossEntropy(), classes: classes) }

  /// `output` is `[batch, classes]`, `labels` `[batch]` (int32); or `[batch, time, classes]` and `[batch, time]`: then each
  /// time step is a row of its own.
  public func callAsFunction(_ output: Variable, labels: Tensor) -> LossResult {
    if output.shape.count == 3 {
      return self(output.reshaped([labels.count, output.shape[2]]), labels: labels.reshaped([labels.count]))
    }
    return specification.settings.sum(over: output, labels: labels, classWeights: classWeights)
  }

  /// The same of either kind of targets.
  ///
  /// - Throws: where they are distributions, and the loss is defined for one class a row only.
  public func callAsFunction(_ output: Variable, _ targets: LossTargets) throws(LossError) -> LossResult {
    switch targets {
    case .labels(let labels): return self(output, labels: labels)
    case .distributions(let distributions):
      guard let sum = specification.settings.distributionSum else {
        throw LossError(takesLabelsOnly: specification.name)
      }
      guard output.shape.count == 3 else { return sum(output, distributions, classWeights) }
      let rows = [output.shape[0] * output.shape[1], output.shape[2]]
      return sum(output.reshaped(rows), distributions.reshaped(rows), classWeights)
    }
  }
}
