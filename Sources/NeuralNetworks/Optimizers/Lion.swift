import CKernels
import Configuration

/// Lion (Chen et al., 2023, algorithm 2): the sign of an average of gradients, with decoupled weight decay.
///
/// c ← β₁·m + (1 − β₁)·g, w ← (1 − η·λ)·w − η·sign(c), m ← β₂·m + (1 − β₂)·g. Steps are as long as the rate, so that it is
/// typically a third to a tenth of AdamW's, and λ as many times larger.
package struct Lion: OptimizerSettings {
  package var betas = Betas(0.9, 0.99)

  package static var form: Form<Lion> {
    Form(
      "lion", "the sign of an average of gradients, with decoupled weight decay (Chen et al., 2023)", template: Lion(),
      example: Lion(betas: Betas(0.8, 0.95)),
      fields: [
        Field(
          "betas", \.betas, Betas.codec,
          "β₁ and β₂ in c = β₁·m + (1 − β₁)·g, w ← (1 − η·λ)·w − η·sign(c), m ← β₂·m + (1 − β₂)·g.")
      ])
  }

  package func check(_ context: inout DecodingContext) {}

  package var stateNames: [String] { ["exp_avg"] }

  package func update(_ parameters: ParameterUpdate) {
    let update = ck_lion(
      learning_rate: parameters.learningRate, gradient_scale: parameters.scale, coupling: parameters.coupling,
      decay: 1 - parameters.learningRate * parameters.weightDecay, beta1: betas.first, beta2: betas.second)
    ck_lion_update(
      parameters.type, parameters.count, update, parameters.gradients, parameters.state(0), parameters.weights)
  }
}

extension OptimizerSpecification {
  public static func lion(betas: (Double, Double) = (0.9, 0.99)) -> OptimizerSpecification {
    OptimizerSpecification(Lion(betas: Betas(betas.0, betas.1)))
  }
}
