import Configuration

/// Adam (Kingma and Ba, 2015): moving averages of the gradient and of its square. Weight decay is added to the gradient.
package struct Adam: AdamMoments {
  package var betas = Betas(0.9, 0.999)
  package var epsilon = 1e-8

  package static var form: Form<Adam> {
    Form(
      "adam", "moving averages of the gradient and of its square (Kingma and Ba, 2015)", template: Adam(),
      example: Adam(betas: Betas(0.8, 0.95), epsilon: 1e-3), fields: fields)
  }

  package func update(_ parameters: ParameterUpdate) { update(parameters, isDecoupled: false) }
}

extension OptimizerSpecification {
  public static func adam(
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8
  ) -> OptimizerSpecification {
    OptimizerSpecification(Adam(betas: Betas(betas.0, betas.1), epsilon: epsilon))
  }
}
