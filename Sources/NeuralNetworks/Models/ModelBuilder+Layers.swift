extension ModelBuilder {
  /// Builds a list of layers; `path` is empty for the model itself, so that its layers are `0`, `1`, …, or have their names.
  func sequential(
    _ specifications: [LayerSpecification], path: String, inputShape: [Int]
  ) throws(ModelError) -> Sequential {
    var layers: [any Layer] = []
    var shape = inputShape
    // Looked up only, so that its order does not matter.
    var names: Set<String> = []
    for (index, specification) in specifications.enumerated() {
      let item = specification.itemName ?? "\(index)"
      let place = LayerPlace(
        path: path.isEmpty ? item : "\(path).\(item)", kind: specification.name, inputShape: shape,
        isFirst: path.isEmpty && index == 0)
      if let name = specification.itemName, !names.insert(name).inserted {
        throw place.error("another layer of its list has the same name", hint: "give each its own")
      }
      try countLayer(at: place)
      let layer = try specification.settings.layer(at: place, behind: layers.last, in: self)
      try place.requireCount(of: layer.outputShape, "gives")
      layers.append(layer)
      shape = layer.outputShape
    }
    return Sequential(path: path, inputShape: inputShape, layers: layers)
  }
}
