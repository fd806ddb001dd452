import CKernels
import Configuration

/// RMSprop (Tieleman and Hinton, 2012, in PyTorch's form), optionally centred (Graves, 2013) and with momentum.
///
/// s ← α·s + (1 − α)·g², w ← w − η·g / (√s + ε); if centred, √(s − m²) replaces √s, where m ← α·m + (1 − α)·g. Weight decay is
/// added to the gradient.
package struct RMSprop: OptimizerSettings {
  package var alpha = 0.99
  package var epsilon = 1e-8
  package var momentum = 0.0
  package var centered = false

  package static var form: Form<RMSprop> {
    Form(
      "rmsprop", "the gradient over a moving average of its magnitude (Tieleman and Hinton, 2012)",
      template: RMSprop(), example: RMSprop(alpha: 0.9, epsilon: 1e-3, momentum: 0.8, centered: true),
      fields: [
        Field("alpha", \.alpha, .share, "α in s ← α·s + (1 − α)·g²; the step is η·u with u = g / (√s + ε)."),
        Field("epsilon", \.epsilon, .normalFloat, "ε in the same formula; it must not vanish in float32."),
        Field("momentum", \.momentum, .share, "μ in v ← μ·v + u; the step is then η·v."),
        Field(
          "centered", \.centered, .truth,
          "Takes √(s − m²) for √s, with m ← α·m + (1 − α)·g: the gradient's deviation (Graves, 2013)."),
      ])
  }

  package func check(_ context: inout DecodingContext) {}

  /// Under PyTorch's names.
  package var stateNames: [String] {
    ["square_avg"] + (centered ? ["grad_avg"] : []) + (momentum > 0 ? ["momentum_buffer"] : [])
  }

  package func update(_ parameters: ParameterUpdate) {
    let update = ck_rmsprop(
      learning_rate: parameters.learningRate, gradient_scale: parameters.scale,
      coupling: parameters.coupling + parameters.weightDecay, alpha: alpha, epsilon: epsilon, momentum: momentum)
    ck_rmsprop_update(
      parameters.type, parameters.count, update, parameters.gradients, parameters.state(0),
      centered ? parameters.state(1) : nil, momentum > 0 ? parameters.state(centered ? 2 : 1) : nil,
      parameters.weights)
  }
}

extension OptimizerSpecification {
  public static func rmsProp(
    alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0, centered: Bool = false
  ) -> OptimizerSpecification {
    OptimizerSpecification(RMSprop(alpha: alpha, epsilon: epsilon, momentum: momentum, centered: centered))
  }
}
