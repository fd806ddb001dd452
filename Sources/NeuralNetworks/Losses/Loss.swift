import Autograd
import Tensors

/// The loss that a run minimises, as a function of a shard's outputs.
public struct Loss: Sendable, Equatable {
  public let specification: LossSpecification
  public let classes: Int
  /// One weight for each class; nil means equal weights.
  public let classWeights: [Double]?

  /// - Parameters:
  ///   - specification: Kind and settings.
  ///   - classes: Number of outputs.
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

  /// Cross-entropy without smoothing and weights, in nats, from which perplexity and bits follow.
  public var logLoss: Loss { Loss(.crossEntropy(), classes: classes) }

  /// `output` is `[batch, classes]`, `labels` `[batch]` (int32); or `[batch, time, classes]` and `[batch, time]`: then each
  /// time step is a row of its own.
  public func callAsFunction(_ output: Variable, labels: Tensor) -> LossResult {
    if output.shape.count == 3 {
      return self(output.reshaped([labels.count, output.shape[2]]), labels: labels.reshaped([labels.count]))
    }
    return specification.settings.sum(over: output, labels: labels, classWeights: classWeights)
  }

  /// The same for either kind of targets.
  ///
  /// - Throws: If they are distributions and the loss is defined for a single class only.
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
