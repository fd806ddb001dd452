extension ModelBuilder {
  /// Builds a list of layers; `path` is empty for the model itself, so that its layers are `0`, `1`, …, or have their names.
  ///
  /// - Parameter isFirst: Whether the list's input is the data.
  func sequential(
    _ specifications: [LayerSpecification], path: String, inputShape: [Int], isFirst: Bool = false
  ) throws(ModelError) -> Sequential {
    Sequential(
      path: path, inputShape: inputShape,
      layers: try layers(specifications, path: path, inputShape: inputShape, isFirst: isFirst))
  }

  /// Builds a layer that is a mere list of layers.
  func sequential(
    _ specifications: [LayerSpecification], for context: LayerContext
  ) throws(ModelError) -> Sequential {
    Sequential(
      path: context.path, name: context.kind, inputShape: context.inputShape,
      layers: try layers(
        specifications, path: context.path, inputShape: context.inputShape, isFirst: context.isFirst))
  }

  private func layers(
    _ specifications: [LayerSpecification], path: String, inputShape: [Int], isFirst: Bool
  ) throws(ModelError) -> [any Layer] {
    var layers: [any Layer] = []
    var shape = inputShape
    // Looked up only, so that its order does not matter.
    var names: Set<String> = []
    for (index, specification) in specifications.enumerated() {
      let item = specification.itemName ?? "\(index)"
      let context = LayerContext(
        path: path.isEmpty ? item : "\(path).\(item)", kind: specification.name, inputShape: shape,
        isFirst: isFirst && index == 0)
      if let name = specification.itemName, !names.insert(name).inserted {
        throw context.error("another layer of its list has the same name", hint: "give each its own")
      }
      try countLayer(for: context)
      let layer = try specification.settings.layer(for: context, behind: layers.last, in: self)
      try context.requireCount(of: layer.outputShape, "gives")
      note(layer, dependence: specification.settings.timeDependence)
      layers.append(layer)
      shape = layer.outputShape
    }
    return layers
  }
}
