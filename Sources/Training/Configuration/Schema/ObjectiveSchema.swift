import Configuration
import NeuralNetworks

extension LossSpecification {
  static var record: Record<LossSpecification> {
    Record(
      "loss", "What training minimises, averaged over the global batch.",
      template: .crossEntropy(labelSmoothing: 0, classWeights: .equal),
      choice: Choice(
        "kind", "The loss.", fallback: "cross-entropy",
        variants: [
          crossEntropy,
          Variant(
            "binary-cross-entropy", "one sigmoid a class against one-hot targets, mean over samples and classes",
            apply: { $0 = .binaryCrossEntropy }, matches: { $0 == .binaryCrossEntropy }),
          Variant(
            "mean-squared-error", "(output − one-hot target)², mean over samples and outputs",
            apply: { $0 = .meanSquaredError }, matches: { $0 == .meanSquaredError }),
        ]),
      fields: [])
  }

  private static var crossEntropy: Variant<LossSpecification> {
    struct Keys {
      var labelSmoothing = 0.0
      var classWeights = ClassWeights.equal
    }
    return Variant(
      "cross-entropy", "softmax and cross-entropy", template: Keys(),
      fields: [
        Field(
          "label_smoothing", \.labelSmoothing, .share,
          "ε: the true class's target is 1 − ε, each other one's ε / (classes − 1)."),
        Field(
          "class_weights", \.classWeights, classWeights,
          "Weight of each class in the mean, which divides by the sum of the weights of the global batch; `balanced` is "
            + "samples / (classes · samples of the class)."),
      ],
      apply: { $1 = .crossEntropy(labelSmoothing: $0.labelSmoothing, classWeights: $0.classWeights) },
      take: { loss in
        guard case .crossEntropy(let smoothing, let weights) = loss else { return nil }
        return Keys(labelSmoothing: smoothing, classWeights: weights)
      })
  }

  private static var classWeights: Codec<ClassWeights> {
    let words = Codec<ClassWeights>.word([("equal", .equal), ("balanced", .balanced)])
    let weights = Codec<Double>.notNegative.list("numbers ≥ 0", atLeast: 1)
    return Codec(
      type: "equal, balanced or \(weights.type)",
      decode: { node, path, context in
        if case .sequence = node.content { return weights.decode(node, path, &context).map { .explicit($0) } }
        return words.decode(node, path, &context)
      },
      encode: { value in
        if case .explicit(let list) = value { return weights.encode(list) }
        return words.encode(value)
      })
  }
}
