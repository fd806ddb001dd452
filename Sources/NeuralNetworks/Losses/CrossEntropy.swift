import Autograd
import Configuration
import Tensors

/// Softmax and cross-entropy; with class weights the mean is weighted, Σwₗ / Σw, as in PyTorch.
package struct CrossEntropy: LossSettings {
  package var labelSmoothing = 0.0
  package var weights = ClassWeights.equal

  package static var form: Form<CrossEntropy> {
    Form(
      "cross-entropy", "softmax and cross-entropy", template: CrossEntropy(),
      example: CrossEntropy(labelSmoothing: 0.2, weights: .explicit([1, 0.5, 2])),
      fields: [
        Field(
          "label_smoothing", \.labelSmoothing, .share,
          "ε: the true class's target is 1 − ε, each other one's ε / (classes − 1)."),
        Field(
          "class_weights", \.weights, ClassWeights.codec,
          "Weight of each class in the mean, which divides by the sum of the weights of the global batch; `balanced` is "
            + "samples / (classes · samples of the class)."),
      ])
  }

  package func check(_ context: inout DecodingContext) { weights.check(&context) }

  package var classWeights: ClassWeights? { weights }
  package var outputs: LossOutputs { .logits }

  package func sum(over output: Variable, labels: Tensor, classWeights: [Double]?) -> LossResult {
    output.softmaxCrossEntropy(labels: labels, smoothing: labelSmoothing, classWeights: classWeights)
  }

  package var distributionSum: DistributionSum? {
    { output, distributions, classWeights in
      output.softmaxCrossEntropy(
        distributions: distributions, smoothing: labelSmoothing, classWeights: classWeights)
    }
  }
}

extension LossSpecification {
  public static func crossEntropy(
    labelSmoothing: Double = 0, classWeights: ClassWeights = .equal
  ) -> LossSpecification {
    LossSpecification(CrossEntropy(labelSmoothing: labelSmoothing, weights: classWeights))
  }
}
