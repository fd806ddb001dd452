import Configuration

/// Adam with decoupled weight decay (Loshchilov and Hutter, 2019, algorithm 2, with PyTorch's η · λ).
package struct AdamW: AdamMoments {
  package var betas = Betas(0.9, 0.999)
  package var epsilon = 1e-8

  package static var form: Form<AdamW> {
    Form(
      "adamw", "Adam with decoupled weight decay (Loshchilov and Hutter, 2019)",
      template: AdamW(), example: AdamW(betas: Betas(0.7, 0.9), epsilon: 1e-4), fields: fields)
  }

  package func update(_ parameters: ParameterUpdate) { update(parameters, isDecoupled: true) }
}

extension OptimizerSpecification {
  public static func adamW(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8
  ) -> OptimizerSpecification {
    OptimizerSpecification(AdamW(betas: Betas(betas.0, betas.1), epsilon: epsilon))
  }
}
