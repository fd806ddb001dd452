import Autograd
import CKernels
import Configuration
import Tensors

/// Focal loss (Lin et al., 2017, equation 5) with a softmax: −α · (1 − p)^γ · log p, where p is the probability of the true class and
/// α its weight; with class weights the mean is Σαl / Σα.
package struct FocalLoss: LossSettings {
  package var gamma = 2.0
  package var weights = ClassWeights.equal

  package static var form: Form<FocalLoss> {
    Form(
      "focal", "softmax and −(1 − p)^γ · log p, where p is the true class's probability (Lin et al., 2017)",
      template: FocalLoss(), example: FocalLoss(gamma: 1.5, weights: .explicit([1, 0.5, 2])),
      fields: [
        Field(
          "gamma", \.gamma, .notNegative,
          "γ: larger values reduce the weight of samples that are classified well; 0 is cross-entropy."),
        Field(
          "class_weights", \.weights, ClassWeights.codec,
          "α, the weight of each class in the mean, which divides by the sum of the weights of the global batch; `balanced` is "
            + "samples / (classes · samples of the class)."),
      ])
  }

  package func check(_ context: inout DecodingContext) { weights.check(&context) }

  package var classWeights: ClassWeights? { weights }
  package var outputs: LossOutputs { .logits }

  package func sum(over output: Variable, labels: Tensor, classWeights: [Double]?) -> LossResult {
    output.softmaxLoss(labels: labels, classWeights: classWeights) {
      ck_focal_loss($0.type, $0.rows, $0.columns, $0.logits, $0.labels, gamma, $0.classWeights, $0.gradient)
    }
  }

  /// The paper defines it for one true class.
  package var distributionSum: DistributionSum? { nil }
}

extension LossSpecification {
  public static func focal(gamma: Double = 2, classWeights: ClassWeights = .equal) -> LossSpecification {
    LossSpecification(FocalLoss(gamma: gamma, weights: classWeights))
  }
}
