import Configuration

extension Codec where Value == LayerSpecification {
  /// A layer of a list.
  package static var layer: Codec { LayerCodec.codec }
}

/// The layers of a list, each a bare word (`relu`), a word with one value (`linear: 300`), or a word with keys
/// (`conv: {filters: 40, kernel: 4}`); beside it may stand a name, `{linear: 300, name: hidden}`.
private enum LayerCodec {
  static let codec = Codec<LayerSpecification>(
    type: "layer", decode: { decode($0, path: $1, context: &$2) }, encode: encode)

  private static var variants: [Variant<LayerSpecification>] { LayerCatalogue.variants }

  private static let nameKey = "name"
  private static let itemName = Codec<String>(
    type: "a letter or _, then letters, digits and _, at most 64",
    parse: { text, _ in LayerSpecification.isItemName(text) ? text : nil },
    format: { YAMLNode(.scalar($0, quoted: true)) })

  private static func decode(_ node: YAMLNode, path: String, context: inout DecodingContext) -> LayerSpecification? {
    let entry: YAMLNode.Entry
    switch node.content {
    case .scalar(let word, _) where !node.isNull:
      entry = YAMLNode.Entry(
        key: word, keyPlace: node.place, value: YAMLNode(.scalar("", quoted: false), at: node.place))
    case .mapping(let entries) where entries.count == 1:
      entry = entries[0]
    case .mapping(let entries) where entries.count == 2 && entries.contains { $0.key == nameKey }:
      guard let layer = entries.first(where: { $0.key != nameKey }),
        let name = entries.first(where: { $0.key == nameKey })
      else { return nil }
      let unnamed = YAMLNode(.mapping([layer]), at: node.place)
      let text = itemName.decode(name.value, "\(path).\(nameKey)", &context)
      let specification = decode(unnamed, path: path, context: &context)
      return text.flatMap { specification?.named($0) }
    case .mapping(let entries) where entries.count > 1:
      let word = entries.first { $0.key != nameKey }?.key ?? nameKey
      let keys = entries.map(\.key).joined(separator: ", ").shortened
      context.report(
        "\(path): a layer has one key, and a name at most, found \(keys)",
        hint: "indent the layer's own keys deeper than its name, or write {\(word.shortened): {…}}",
        at: node.place,
        path: path)
      return nil
    default:
      context.mismatch(node, path: path, expected: "layer", hint: "write - relu, or - linear: 300")
      return nil
    }

    guard let variant = variants.first(where: { $0.name == entry.key }) else {
      context.report(
        "\(path): unknown layer '\(entry.key.shortened)'",
        hint: context.hint { $0.hint(entry.key, in: variants.map(\.name), listTitle: "layers") },
        at: entry.keyPlace,
        path: path)
      return nil
    }
    return decode(entry, as: variant, path: "\(path).\(entry.key)", context: &context)
  }

  private static func decode(
    _ entry: YAMLNode.Entry, as variant: Variant<LayerSpecification>, path: String, context: inout DecodingContext
  ) -> LayerSpecification? {
    var entries: [YAMLNode.Entry] = []
    if let given = entry.value.entries {
      entries = given
    } else if !entry.value.isNull {
      guard let key = variant.shorthand else {
        let expected =
          variant.fields.isEmpty ? "no value" : "mapping of \(variant.fields.map(\.name).joined(separator: ", "))"
        context.mismatch(entry.value, path: path, expected: expected)
        return nil
      }
      entries = [YAMLNode.Entry(key: key, keyPlace: entry.keyPlace, value: entry.value)]
    }
    let known = variant.fields.map(\.name)
    for unknown in entries where !known.contains(unknown.key) {
      if known.isEmpty {
        let keyPath = "\(path).\(unknown.key)"
        context.report(
          "unknown key '\(unknown.key)' in \(path)", hint: "\(variant.name) has no keys", at: unknown.keyPlace,
          path: keyPath)
      } else {
        context.reportUnknown(unknown, path: path, known: known)
      }
    }
    var layer = LayerSpecification.flatten
    variant.decode(entries, path, entry.keyPlace, &layer, &context)
    return layer
  }

  private static func encode(_ layer: LayerSpecification) -> YAMLNode {
    for variant in variants {
      guard let entries = variant.encode(layer) else { continue }
      if let name = layer.itemName {
        return YAMLNode(mapping: [(variant.name, value(entries, variant)), (nameKey, itemName.encode(name))])
      }
      return entries.isEmpty
        ? YAMLNode(plain: variant.name) : YAMLNode(mapping: [(variant.name, value(entries, variant))])
    }
    preconditionFailure("no form of the configuration writes the layer \(layer)")
  }

  private static func value(_ entries: [YAMLNode.Entry], _ variant: Variant<LayerSpecification>) -> YAMLNode {
    guard let only = entries.first else { return .null }
    return entries.count == 1 && only.key == variant.shorthand ? only.value : YAMLNode(.mapping(entries))
  }
}
