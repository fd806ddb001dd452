/// Parts of transformers, as layers of a list.
extension ModelBuilder {
  func selfAttention(
    _ specification: SelfAttentionSpecification, at place: LayerPlace
  ) throws(ModelError) -> MultiHeadAttention {
    let (_, channels) = try place.requireSequence()
    let heads = specification.heads
    try place.requirePositive(heads, "the number of heads")
    guard channels % heads == 0 else {
      throw place.error(
        "\(heads) heads do not divide the \(channels) channels of its input \(describe(place.inputShape))",
        hint: "use a number of heads that does")
    }
    guard specification.positions == .none || (channels / heads) % 2 == 0 else {
      throw place.error(
        "rotary positions turn pairs, but a head has \(channels / heads) elements", hint: "use an even number")
    }
    guard specification.dropout >= 0, specification.dropout < 1 else {
      throw place.error("the dropout is \(specification.dropout)", hint: "it must be at least 0 and below 1")
    }
    guard !predictsTokens || specification.causal else {
      throw place.error("sees the tokens that are to be predicted", hint: "write causal: true")
    }
    try place.requireCount(of: [3 * channels, channels], "has a weight of")
    return MultiHeadAttention(
      path: place.path, inputShape: place.inputShape, specification: specification, builder: self)
  }

  func positions(_ specification: PositionsSpecification, at place: LayerPlace) throws(ModelError) -> Positions {
    _ = try place.requireSequence()
    return Positions(path: place.path, inputShape: place.inputShape, specification: specification, builder: self)
  }
}
