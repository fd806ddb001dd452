import CKernels
import Configuration

/// Stochastic gradient descent with momentum (Sutskever et al., 2013, in PyTorch's form), and Nesterov's variant.
///
/// g ← scale·g + (weight_decay + 2λ)·w, v ← μ·v + g, w ← w − η·v.
package struct SGD: OptimizerSettings {
  package var momentum = 0.0
  package var nesterov = false

  package static var form: Form<SGD> {
    Form(
      "sgd", "stochastic gradient descent", template: SGD(), example: SGD(momentum: 0.85, nesterov: true),
      fields: [
        Field("momentum", \.momentum, .share, "μ in v ← μ·v + g, w ← w − η·v."),
        Field("nesterov", \.nesterov, .truth, "w ← w − η·(g + μ·v); requires momentum."),
      ])
  }

  package func check(_ context: inout DecodingContext) {
    context.check(
      "optimizer.momentum", "optimizer.nesterov", holds: !nesterov || momentum > 0, "nesterov requires momentum",
      hint: "give optimizer.momentum, for example momentum: 0.9")
  }

  package var stateNames: [String] { momentum > 0 ? ["momentum"] : [] }

  package func update(_ parameters: ParameterUpdate) {
    let update = ck_sgd(
      learning_rate: parameters.learningRate, gradient_scale: parameters.scale,
      coupling: parameters.coupling + parameters.weightDecay, momentum: momentum, nesterov: nesterov)
    ck_sgd_update(
      parameters.type, parameters.count, update, parameters.gradients, momentum > 0 ? parameters.state(0) : nil,
      parameters.weights)
  }
}

extension OptimizerSpecification {
  public static func sgd(momentum: Double = 0, nesterov: Bool = false) -> OptimizerSpecification {
    OptimizerSpecification(SGD(momentum: momentum, nesterov: nesterov))
  }
}
