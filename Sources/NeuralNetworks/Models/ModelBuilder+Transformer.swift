import Autograd

/// Whole transformers.
extension ModelBuilder {
  func gpt(_ specification: GPT, vocabulary: Int, at place: LayerPlace) throws(ModelError) -> GPTNetwork {
    guard place.inputShape.count == 1 else {
      throw place.error(
        "requires tokens [time], but gets \(describe(place.inputShape))", hint: "give it data of tokens")
    }
    guard place.path == "0" else {
      throw place.error("stands behind other layers", hint: "make it the whole model")
    }
    try place.requirePositive(specification.blocks, "the number of blocks")
    try place.requirePositive(specification.heads, "the number of heads")
    try place.requirePositive(vocabulary, "the vocabulary")
    let (width, heads) = (specification.width, specification.heads)
    guard width > 0, width % heads == 0 else {
      throw place.error("\(heads) heads do not divide a width of \(width)", hint: "use a multiple of the heads")
    }
    guard specification.positions != .rotary || (width / heads) % 2 == 0 else {
      throw place.error(
        "rotary positions turn pairs, but a head has \(width / heads) elements", hint: "use an even number")
    }
    guard place.inputShape[0] <= specification.context else {
      throw place.error(
        "has a context of \(specification.context), but gets sequences of \(place.inputShape[0])",
        hint: "raise context, or cut the data into shorter sequences")
    }
    try place.requireCount(of: [specification.blocks, 4 * width, width], "has weights of")
    try place.requireCount(of: [max(vocabulary, specification.context), width], "has a weight of")
    return GPTNetwork(specification, vocabulary: vocabulary, inputShape: place.inputShape, builder: self)
  }
}
