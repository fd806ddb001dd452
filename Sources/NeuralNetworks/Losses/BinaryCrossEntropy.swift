import Autograd
import Configuration
import Tensors

/// K independent sigmoids against one-hot targets, mean over samples and classes.
package struct BinaryCrossEntropy: LossSettings {
  package static var form: Form<BinaryCrossEntropy> {
    Form(
      "binary-cross-entropy", "one sigmoid for each class against one-hot targets, mean over samples and classes",
      template: BinaryCrossEntropy(), example: BinaryCrossEntropy())
  }

  package func check(_ context: inout DecodingContext) {}

  package var classWeights: ClassWeights? { nil }
  package var outputs: LossOutputs { .sigmoidLogits }

  package func sum(over output: Variable, labels: Tensor, classWeights: [Double]?) -> LossResult {
    output.binaryCrossEntropy(labels: labels)
  }

  package var distributionSum: DistributionSum? {
    { output, distributions, _ in output.binaryCrossEntropy(distributions: distributions) }
  }
}

extension LossSpecification {
  public static var binaryCrossEntropy: LossSpecification { LossSpecification(BinaryCrossEntropy()) }
}
