extension ModelBuilder {
  func vit(
    _ specification: VisionTransformer, outputs: Int, at place: LayerPlace
  ) throws(ModelError) -> VisionTransformerNetwork {
    guard place.path == "0" else { throw place.error("stands behind other layers", hint: "make it the whole model") }
    let (height, width, _) = try place.requireImage()
    let patch = specification.patch
    try place.requirePositive(patch, "the patch")
    try place.requirePositive(specification.blocks, "the number of blocks")
    try place.requirePositive(specification.heads, "the number of heads")
    try place.requirePositive(outputs, "the number of outputs")
    guard height % patch == 0, width % patch == 0 else {
      throw place.error(
        "patches of \(patch)×\(patch) do not cut an image of \(height)×\(width) evenly",
        hint: "use a patch that divides height and width")
    }
    guard specification.width > 0, specification.width % specification.heads == 0 else {
      throw place.error(
        "\(specification.heads) heads do not divide a width of \(specification.width)",
        hint: "use a multiple of the heads")
    }
    guard specification.stochasticDepth == 0 || specification.blocks > 1 else {
      throw place.error(
        "stochastic depth never leaves the first block out, and there is no other",
        hint: "use more blocks, or leave stochastic_depth out")
    }
    guard specification.stem == .patchify || (patch > 1 && patch.nonzeroBitCount == 1) else {
      throw place.error(
        "a stem of convolutions halves the image again and again, but a patch is \(patch)",
        hint: "use a patch of 2, 4, 8 or 16, or stem: patchify")
    }
    guard specification.stem == .patchify || specification.width >= patch / 2 else {
      throw place.error("a width of \(specification.width) is too small for its stem", hint: "use a larger width")
    }
    try place.requireCount(of: [specification.blocks, 4 * specification.width, specification.width], "has weights of")
    // One convolution has timm's name, several have numbers.
    let layers = specification.stemLayers
    let stem =
      layers.count == 1
      ? Sequential(
        path: "patch_embed", inputShape: place.inputShape,
        layers: [
          try layer(
            layers[0],
            at: LayerPlace(path: "patch_embed.proj", kind: layers[0].name, inputShape: place.inputShape), behind: nil)
        ]) : try sequential(layers, path: "patch_embed", inputShape: place.inputShape)
    return VisionTransformerNetwork(specification, stem: stem, outputs: outputs, builder: self)
  }
}
