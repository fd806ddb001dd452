import Autograd
import CKernels
import Configuration
import Tensors

/// Symmetric cross-entropy (Wang et al., 2019, equation 7), for labels that may be wrong: α · CE + β · RCE, where the reverse
/// cross-entropy RCE = −Σ softmax · log(one-hot target) takes −4 for log 0.
package struct SymmetricCrossEntropy: LossSettings {
  package var alpha = 0.1
  package var beta = 1.0

  package static var form: Form<SymmetricCrossEntropy> {
    Form(
      "symmetric_cross_entropy",
      "softmax and α · cross-entropy + β · reverse cross-entropy, for labels that may be wrong (Wang et al., 2019)",
      template: SymmetricCrossEntropy(), example: SymmetricCrossEntropy(alpha: 0.7, beta: 0.4),
      fields: [
        Field("alpha", \.alpha, .notNegative, "α, the weight of the cross-entropy."),
        Field(
          "beta", \.beta, .notNegative,
          "β, the weight of the reverse cross-entropy, 4 · (1 − p), where p is the true class's probability."),
      ])
  }

  package func check(_ context: inout DecodingContext) {
    context.check(
      "loss.alpha", "loss.beta", holds: alpha > 0 || beta > 0, "the loss's alpha and beta are both 0",
      hint: "give a positive one")
  }

  package var classWeights: ClassWeights? { nil }
  package var outputs: LossOutputs { .logits }

  package func sum(over output: Variable, labels: Tensor, classWeights: [Double]?) -> LossResult {
    output.softmaxLoss(labels: labels, classWeights: nil) {
      ck_symmetric_cross_entropy($0.type, $0.rows, $0.columns, $0.logits, $0.labels, alpha, beta, $0.gradient)
    }
  }

  /// Equation 5 of the paper, of any distribution; −4 stands for smaller logarithms too.
  package var distributionSum: DistributionSum? {
    { output, distributions, _ in
      output.softmaxLoss(distributions: distributions, classWeights: nil) {
        ck_symmetric_cross_entropy_dense(
          $0.type, $0.rows, $0.columns, $0.logits, $0.distributions, alpha, beta, $0.gradient)
      }
    }
  }
}

extension LossSpecification {
  public static func symmetricCrossEntropy(alpha: Double = 0.1, beta: Double = 1) -> LossSpecification {
    LossSpecification(SymmetricCrossEntropy(alpha: alpha, beta: beta))
  }
}
