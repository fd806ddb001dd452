import CKernels
import Configuration

/// Adagrad (Duchi, Hazan and Singer, 2011, in PyTorch's form). Weight decay is added to the gradient.
///
/// s ← s + g², w ← w − η / (1 + t · rate_decay) · g / (√s + ε) in step t, counted from 0.
package struct Adagrad: OptimizerSettings {
  package var rateDecay = 0.0
  /// First value of the sums of squares.
  package var initialSum = 0.0
  package var epsilon = 1e-10

  package static var form: Form<Adagrad> {
    Form(
      "adagrad", "the gradient over the root of the sum of its squares (Duchi et al., 2011)", template: Adagrad(),
      example: Adagrad(rateDecay: 0.05, initialSum: 0.3, epsilon: 1e-3),
      fields: [
        Field("rate_decay", \.rateDecay, .notNegative, "The rate of step t, from 0, is η / (1 + t · rate_decay)."),
        Field(
          "initial_sum", \.initialSum, .notNegative,
          "First value of each s in s ← s + g²; the step is η·g / (√s + ε). Used in the first step only, so that `--continue` cannot "
            + "change it."),
        Field("epsilon", \.epsilon, .normalFloat, "ε in the same formula; it must not vanish in float32."),
      ])
  }

  package func check(_ context: inout DecodingContext) {}

  /// Under PyTorch's name.
  package var stateNames: [String] { ["sum"] }

  package func update(_ parameters: ParameterUpdate) {
    // State is zero before the first step, which therefore adds the initial value of the sums.
    let update = ck_adagrad(
      learning_rate: parameters.learningRate / (1 + Double(parameters.step) * rateDecay),
      gradient_scale: parameters.scale, coupling: parameters.coupling + parameters.weightDecay,
      addition: parameters.step == 0 ? initialSum : 0, epsilon: epsilon)
    ck_adagrad_update(
      parameters.type, parameters.count, update, parameters.gradients, parameters.state(0), parameters.weights)
  }
}

extension OptimizerSpecification {
  public static func adagrad(
    rateDecay: Double = 0, initialSum: Double = 0, epsilon: Double = 1e-10
  ) -> OptimizerSpecification {
    OptimizerSpecification(Adagrad(rateDecay: rateDecay, initialSum: initialSum, epsilon: epsilon))
  }
}
