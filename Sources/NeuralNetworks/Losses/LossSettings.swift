import Autograd
import Configuration
import Tensors

/// The sum of a loss over rows of outputs `[rows, classes]` against distributions of the same shape.
package typealias DistributionSum = (
  _ output: Variable, _ distributions: Tensor, _ classWeights: [Double]?
) -> LossResult

/// The settings of one loss, and its computation.
package protocol LossSettings: CatalogueSection {
  /// Weights of the classes in the mean; nil if the loss takes none.
  var classWeights: ClassWeights? { get }

  /// Meaning of the model's outputs.
  var outputs: LossOutputs { get }

  /// The sum of the loss over the rows of a shard.
  ///
  /// - Parameters:
  ///   - output: `[rows, classes]`.
  ///   - labels: `[rows]` (int32).
  ///   - classWeights: One for each class; nil means equal weights.
  func sum(over output: Variable, labels: Tensor, classWeights: [Double]?) -> LossResult

  /// The same against distributions over the classes, `[rows, classes]`; nil if the loss is defined for a single class only.
  var distributionSum: DistributionSum? { get }
}
