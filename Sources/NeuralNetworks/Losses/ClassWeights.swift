import Configuration

/// Weights of the classes in the mean of a loss.
public enum ClassWeights: Sendable, Equatable {
  case equal
  /// n / (K · nₖ) from the training split.
  case balanced
  case explicit([Double])
}

extension ClassWeights {
  static var codec: Codec<ClassWeights> {
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

  func check(_ context: inout DecodingContext) {
    guard case .explicit(let weights) = self else { return }
    context.check(
      "loss.class_weights", holds: weights.contains { $0 > 0 }, "all class weights are 0", hint: "give a positive one")
  }
}
