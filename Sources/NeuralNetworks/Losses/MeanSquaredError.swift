import Autograd
import Configuration
import Tensors

/// Mean over samples and outputs of (output − one-hot target)².
package struct MeanSquaredError: LossSettings {
  package static var form: Form<MeanSquaredError> {
    Form(
      "mean-squared-error", "(output − one-hot target)², mean over samples and outputs", template: MeanSquaredError(),
      example: MeanSquaredError())
  }

  package func check(_ context: inout DecodingContext) {}

  package var classWeights: ClassWeights? { nil }
  package var outputs: LossOutputs { .targets }

  package func sum(over output: Variable, labels: Tensor, classWeights: [Double]?) -> LossResult {
    output.squaredError(labels: labels)
  }

  package var distributionSum: DistributionSum? {
    { output, distributions, _ in output.squaredError(distributions: distributions) }
  }
}

extension LossSpecification {
  public static var meanSquaredError: LossSpecification { LossSpecification(MeanSquaredError()) }
}
