import Autograd
import Configuration
import Tensors

/// The sum of a loss over rows of outputs `[rows, classes]` against distributions of the same shape.
package typealias DistributionSum = (
  _ output: Variable, _ distributions: Tensor, _ classWeights: [Double]?
) -> LossResult

/// The settings of one loss, and what it computes.
package protocol LossSettings: CatalogueSection {
  /// How each class weighs in the mean; nil where the loss takes no weights.
  var classWeights: ClassWeights? { get }

  /// Meaning of the model's outputs.
  var outputs: LossOutputs { get }

  /// The sum of the loss over the rows of a shard.
  ///
  /// - Parameters:
  ///   - output: `[rows, classes]`.
  ///   - labels: `[rows]` (int32).
  ///   - classWeights: One a class; nil weighs all alike.
  func sum(over output: Variable, labels: Tensor, classWeights: [Double]?) -> LossResult

  /// The same against distributions over the classes, `[rows, classes]`; nil where the loss is defined for one class a row only.
  var distributionSum: DistributionSum? { get }
}
