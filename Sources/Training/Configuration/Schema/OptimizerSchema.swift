import Configuration
import NeuralNetworks

extension OptimizerSpecification {
  static var record: Record<OptimizerSpecification> {
    Record(
      "optimizer", "How a gradient changes the weights.", template: OptimizerSpecification(),
      choice: Choice("kind", "The optimiser.", fallback: Kind.sgd.rawValue, variants: [sgd, adam, adamW]),
      fields: [
        Field(
          "weight_decay", \.weightDecay, .notNegative,
          "Adds so much times w to the gradient of weights; `adamw` instead takes η times so much of w off it."),
        Field(
          "l2", \.l2, .notNegative, "λ of a loss term λ·Σw² over weights: the gradient carries 2λw, the loss λ·Σw²."),
        Field(
          "clip_norm", \.clipNorm, Codec.positive.optional,
          "Largest Euclidean norm of the whole gradient; null clips nothing."),
        Field(
          "clip_value", \.clipValue, Codec.positive.optional,
          "Largest magnitude of each element of the gradient; null clips nothing. Goes without clip_norm."),
      ])
  }

  private static var sgd: Variant<OptimizerSpecification> {
    Variant(
      Kind.sgd.rawValue, "stochastic gradient descent", template: OptimizerSpecification(),
      fields: [
        Field("momentum", \.momentum, .share, "μ in v ← μ·v + g, w ← w − η·v."),
        Field("nesterov", \.nesterov, .truth, "w ← w − η·(g + μ·v); requires momentum."),
      ],
      apply: { keys, optimizer in
        optimizer.kind = .sgd
        (optimizer.momentum, optimizer.nesterov) = (keys.momentum, keys.nesterov)
      },
      take: { $0.kind == .sgd ? $0 : nil })
  }

  private static var adam: Variant<OptimizerSpecification> {
    adam(.adam, "moving averages of the gradient and of its square (Kingma and Ba, 2015)")
  }

  private static var adamW: Variant<OptimizerSpecification> {
    adam(.adamW, "Adam with weight decay beside the gradient, not in it (Loshchilov and Hutter, 2019)")
  }

  private static func adam(_ kind: Kind, _ meaning: String) -> Variant<OptimizerSpecification> {
    Variant(
      kind.rawValue, meaning, template: OptimizerSpecification(kind),
      fields: [
        Field(
          "betas", \.betas, betasCodec,
          "β₁ and β₂ in m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²; the step is η·m̂ / (√v̂ + ε) with "
            + "m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)."),
        Field(
          "epsilon", \.epsilon, .number("number ≥ 1.2e-38") { $0 >= Double(Float.leastNormalMagnitude) },
          "ε of the same; it must be a float32 that does not vanish."),
      ],
      apply: { keys, optimizer in
        optimizer.kind = kind
        (optimizer.betas, optimizer.epsilon) = (keys.betas, keys.epsilon)
      },
      take: { $0.kind == kind ? $0 : nil })
  }

  private static var betasCodec: Codec<Betas> {
    let numbers = Codec<Double>.share.list("two numbers in [0, 1)", atLeast: 2)
    return Codec(
      type: numbers.type,
      decode: { node, path, context in
        guard let values = numbers.decode(node, path, &context) else { return nil }
        guard values.count == 2 else {
          context.mismatch(node, path: path, expected: numbers.type, hint: "it has too many items")
          return nil
        }
        return Betas(values[0], values[1])
      },
      encode: { numbers.encode([$0.first, $0.second]) })
  }
}
