import Autograd

/// Layers over sequences.
extension ModelBuilder {
  func embedding(_ specification: EmbeddingSpecification, at place: LayerPlace) throws(ModelError) -> Embedding {
    try place.requirePositive(specification.width, "the width")
    try requireTokens(at: place)
    if let own = specification.vocabulary, let known = vocabulary, own < known {
      let padding = predictsTokens ? "" : ", padding among them"
      throw place.error(
        "has a vocabulary of \(own), but the data have \(known) tokens\(padding)",
        hint: "leave vocabulary out, or give \(known)")
    }
    guard let vocabulary = specification.vocabulary ?? vocabulary else {
      throw place.error("the number of different tokens is not known", hint: "write vocabulary: with their number")
    }
    try place.requirePositive(vocabulary, "the vocabulary")
    try place.requireCount(of: [vocabulary, specification.width], "has a weight of")
    return Embedding(
      path: place.path, inputShape: place.inputShape, vocabulary: vocabulary, width: specification.width,
      standardDeviation: specification.standardDeviation, builder: self)
  }

  func oneHot(at place: LayerPlace) throws(ModelError) -> OneHot {
    try requireTokens(at: place)
    guard let vocabulary else {
      throw place.error("the number of different tokens is not known", hint: "it goes with data of tokens")
    }
    return OneHot(path: place.path, inputShape: place.inputShape, vocabulary: vocabulary)
  }

  private func requireTokens(at place: LayerPlace) throws(ModelError) {
    guard place.inputShape.count == 1, place.path == "0" else {
      throw place.error(
        "requires the numbers of tokens [time], but gets \(describe(place.inputShape))",
        hint: "make it the model's first layer, on data of tokens")
    }
  }

  func recurrent(_ specification: RecurrentSpecification, at place: LayerPlace) throws(ModelError) -> Recurrent {
    try place.requirePositive(specification.size, "the size")
    try place.requirePositive(specification.layers, "the number of layers")
    guard specification.dropout >= 0, specification.dropout < 1 else {
      throw place.error("the dropout is \(specification.dropout)", hint: "it must be at least 0 and below 1")
    }
    // The backward direction would have read the very token that is to be predicted.
    guard !predictsTokens || !specification.bidirectional else {
      throw place.error(
        "reads the text in both directions, so it sees what it predicts", hint: "leave bidirectional out")
    }
    let (_, channels) = try place.requireSequence(
      hint: "put an embedding in front of it, and last: true only into the last recurrent layer")
    // Four gates, and both directions beneath the next layer.
    let size = specification.size
    try place.requireCount(of: [specification.layers, 4 * size, max(channels, 2 * size)], "has weights of")
    return Recurrent(path: place.path, inputShape: place.inputShape, specification: specification, builder: self)
  }
}
