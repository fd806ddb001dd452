import Configuration

extension Codec where Value == LayerSpecification {
  /// A layer of a list.
  package static var layer: Codec { LayerCodec.codec }
}

/// The layers of a list; each may have a name, `{linear: 300, name: hidden}`.
private enum LayerCodec {
  static let codec = Codec<LayerSpecification>(
    type: "layer", decode: { decode($0, path: $1, context: &$2) }, encode: encode)

  private static let items = ItemForms(
    "layer", advice: "write - relu, or - linear: 300", variants: LayerCatalogue.variants,
    start: LayerSpecification.flatten)

  private static let nameKey = "name"
  private static let itemName = Codec<String>(
    type: "a letter or _, then letters, digits and _, at most 64",
    parse: { text, _ in LayerSpecification.isItemName(text) ? text : nil },
    format: { YAMLNode(.scalar($0, quoted: true)) })

  private static func decode(_ node: YAMLNode, path: String, context: inout DecodingContext) -> LayerSpecification? {
    switch node.content {
    case .mapping(let entries) where entries.count == 2 && entries.contains { $0.key == nameKey }:
      guard let layer = entries.first(where: { $0.key != nameKey }),
        let name = entries.first(where: { $0.key == nameKey })
      else { return nil }
      let unnamed = YAMLNode(.mapping([layer]), at: node.location)
      let text = itemName.decode(name.value, "\(path).\(nameKey)", &context)
      let specification = items.decode(unnamed, path: path, context: &context)
      return text.flatMap { specification?.named($0) }
    case .mapping(let entries) where entries.count > 1:
      let word = entries.first { $0.key != nameKey }?.key ?? nameKey
      let keys = entries.map(\.key).joined(separator: ", ").shortened
      context.report(
        "\(path): a layer has one key, and a name at most, found \(keys)",
        hint: "indent the layer's own keys deeper than its name, or write {\(word.shortened): {…}}",
        at: node.location,
        path: path)
      return nil
    case .mapping(let entries) where entries.map(\.key) == [nameKey]:
      context.report(
        "\(path): a name without a layer", hint: "write the layer in front of it: {linear: 10, name: hidden}",
        at: node.location, path: path)
      return nil
    default:
      return items.decode(node, path: path, context: &context)
    }
  }

  private static func encode(_ layer: LayerSpecification) -> YAMLNode {
    guard let name = layer.itemName else { return items.encode(layer) }
    let (word, keys) = items.written(layer)
    return YAMLNode(mapping: [(word, keys ?? .null), (nameKey, itemName.encode(name))])
  }
}
