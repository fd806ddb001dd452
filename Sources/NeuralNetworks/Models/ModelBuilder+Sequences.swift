import Autograd

/// Layers over sequences.
extension ModelBuilder {
  func embedding(_ specification: EmbeddingSpecification, at place: LayerPlace) throws(ModelError) -> Embedding {
    try place.requirePositive(specification.width, "the width")
    guard place.inputShape.count == 1 else {
      throw place.error(
        "needs the numbers of tokens [time], but gets \(describe(place.inputShape))",
        hint: "make it the model's first layer, on data of tokens")
    }
    guard let vocabulary = specification.vocabulary ?? vocabulary else {
      throw place.error("the number of different tokens is not known", hint: "write vocabulary: with their number")
    }
    try place.requirePositive(vocabulary, "the vocabulary")
    return Embedding(
      path: place.path, inputShape: place.inputShape, vocabulary: vocabulary, width: specification.width,
      standardDeviation: specification.standardDeviation, builder: self)
  }
}
