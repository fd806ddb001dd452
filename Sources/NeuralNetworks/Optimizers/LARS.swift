import CKernels
import Configuration

/// Layer-wise adaptive rate scaling for large batches (You, Gitman and Ginsburg, 2017): momentum whose gradients are in proportion
/// to the norm of each parameter.
///
/// r = trust · ‖w‖ / (‖g‖ + λ·‖w‖ + ε), v ← μ·v + r·(g + λ·w), w ← w − η·v. Parameters that are not regularised, and those
/// whose weights or gradients are all zero, have r = 1.
package struct LARS: NormedOptimizerSettings {
  package var momentum = 0.9
  package var trust = 0.001
  package var epsilon = 1e-8

  package static var form: Form<LARS> {
    Form(
      "lars", "momentum with gradients in proportion to each parameter's norm (You et al., 2017)", template: LARS(),
      example: LARS(momentum: 0.8, trust: 0.02, epsilon: 1e-6),
      fields: [
        Field("momentum", \.momentum, .share, "μ in v ← μ·v + r·(g + λ·w), w ← w − η·v."),
        Field(
          "trust", \.trust, .positive,
          "Factor of r = trust · ‖w‖ / (‖g‖ + λ·‖w‖ + ε), with the norms of each parameter; parameters that `regularize` excludes have r = 1."
        ),
        Field("epsilon", \.epsilon, .notNegative, "ε in the same formula."),
      ])
  }

  package func check(_ context: inout DecodingContext) {}

  /// Another name than that of SGD's velocity, which has another scale.
  package var stateNames: [String] { ["scaled_momentum"] }

  package func gradientFactor(weightNorm: Double, gradientNorm: Double, weightDecay: Double) -> Double {
    guard weightNorm > 0 && gradientNorm > 0 else { return 1 }
    return trust * weightNorm / (gradientNorm + weightDecay * weightNorm + epsilon)
  }

  package func update(_ parameters: ParameterUpdate) {
    let factor = parameters.gradientFactor
    let update = ck_sgd(
      learning_rate: parameters.learningRate, gradient_scale: factor * parameters.scale,
      coupling: factor * (parameters.coupling + parameters.weightDecay), momentum: momentum, nesterov: false)
    ck_sgd_update(
      parameters.type, parameters.count, update, parameters.gradients, parameters.state(0), parameters.weights)
  }
}

extension OptimizerSpecification {
  public static func lars(
    momentum: Double = 0.9, trust: Double = 0.001, epsilon: Double = 1e-8
  ) -> OptimizerSpecification {
    OptimizerSpecification(LARS(momentum: momentum, trust: trust, epsilon: epsilon))
  }
}
