/// The forms of a list's items, each a bare word (`relu`), a word with one value (`linear: 300`), or a word with keys
/// (`conv: {filters: 40, kernel: 4}`).
package struct ItemForms<Value: Sendable>: Sendable {
  /// The name of an item, for messages: `layer`.
  package let noun: String
  /// Advice for an item that has none of the forms: `write - relu, or - linear: 300`.
  package let advice: String
  package let variants: [Variant<Value>]
  /// The value that every form replaces.
  private let start: Value

  package init(_ noun: String, advice: String, variants: [Variant<Value>], start: Value) {
    (self.noun, self.advice, self.variants, self.start) = (noun, advice, variants, start)
  }

  package var codec: Codec<Value> {
    Codec(type: noun, decode: { decode($0, path: $1, context: &$2) }, encode: encode)
  }

  package func decode(_ node: YAMLNode, path: String, context: inout DecodingContext) -> Value? {
    switch node.content {
    case .scalar(let word, _) where !node.isNull:
      let nothing = YAMLNode(.scalar("", quoted: false), at: node.location)
      return decode(
        YAMLNode.Entry(key: word, keyLocation: node.location, value: nothing), path: path, context: &context)
    case .mapping(let entries) where entries.count == 1:
      return decode(entries[0], path: path, context: &context)
    case .mapping(let entries) where entries.count > 1:
      context.report(
        "\(path): a \(noun) has one key, found \(entries.map(\.key).joined(separator: ", ").shortened)",
        hint: "write {\(entries[0].key.shortened): {…}}", at: node.location, path: path)
    default:
      context.mismatch(node, path: path, expected: noun, hint: advice)
    }
    return nil
  }

  private func decode(_ entry: YAMLNode.Entry, path: String, context: inout DecodingContext) -> Value? {
    guard let variant = variants.first(where: { $0.name == entry.key }) else {
      context.report(
        "\(path): unknown \(noun) '\(entry.key.shortened)'",
        hint: context.hint { $0.hint(entry.key, in: variants.map(\.name), listTitle: "\(noun)s") },
        at: entry.keyLocation, path: path)
      return nil
    }
    return decode(entry, as: variant, path: "\(path).\(entry.key)", context: &context)
  }

  private func decode(
    _ entry: YAMLNode.Entry, as variant: Variant<Value>, path: String, context: inout DecodingContext
  ) -> Value? {
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
      entries = [YAMLNode.Entry(key: key, keyLocation: entry.keyLocation, value: entry.value)]
    }
    let known = variant.fields.map(\.name)
    for unknown in entries where !known.contains(unknown.key) {
      if known.isEmpty {
        let keyPath = "\(path).\(unknown.key)"
        context.report(
          "unknown key '\(unknown.key)' in \(path)", hint: "\(variant.name) has no keys", at: unknown.keyLocation,
          path: keyPath)
      } else {
        context.reportUnknown(unknown, path: path, known: known)
      }
    }
    var value = start
    variant.decode(entries, path, entry.keyLocation, &value, &context)
    return value
  }

  package func encode(_ value: Value) -> YAMLNode {
    let (name, keys) = written(value)
    return keys.map { YAMLNode(mapping: [(name, $0)]) } ?? YAMLNode(plain: name)
  }

  /// The word of a value's form, and its keys; nil if the form has no keys.
  package func written(_ value: Value) -> (name: String, keys: YAMLNode?) {
    for variant in variants {
      guard let entries = variant.encode(value) else { continue }
      guard let only = entries.first else { return (variant.name, nil) }
      let isShort = entries.count == 1 && only.key == variant.shorthand
      return (variant.name, isShort ? only.value : YAMLNode(.mapping(entries)))
    }
    preconditionFailure("no form of the configuration writes the \(noun) \(value)")
  }
}
