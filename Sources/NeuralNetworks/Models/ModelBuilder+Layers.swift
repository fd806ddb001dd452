extension ModelBuilder {
  /// Builds a list of layers; `path` is empty for the model itself, so that its layers are `0`, `1`, …
  func sequential(
    _ specifications: [LayerSpecification], path: String, inputShape: [Int]
  ) throws(ModelError) -> Sequential {
    var layers: [any Layer] = []
    var shape = inputShape
    for (index, specification) in specifications.enumerated() {
      let place = LayerPlace(
        path: path.isEmpty ? "\(index)" : "\(path).\(index)", kind: specification.name, inputShape: shape)
      let layer = try specification.settings.layer(at: place, behind: layers.last, in: self)
      try place.requireCount(of: layer.outputShape, "gives")
      layers.append(layer)
      shape = layer.outputShape
    }
    return Sequential(path: path, inputShape: inputShape, layers: layers)
  }
}
