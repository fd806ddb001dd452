/// A mapping with known keys; one of them may choose a form that brings more.
package struct Record<Root: Sendable>: Sendable {
  package let name: String
  package let summary: String
  /// Defaults of keys that are not given.
  package let template: Root
  package let fields: [Field<Root>]
  package let choice: Choice<Root>?

  package init(_ name: String, _ summary: String, template: Root, choice: Choice<Root>? = nil, fields: [Field<Root>]) {
    (self.name, self.summary, self.template) = (name, summary, template)
    (self.fields, self.choice) = (fields, choice)
  }

  package var codec: Codec<Root> {
    Codec(
      type: "mapping", decode: { decode($0, path: $1, context: &$2) }, encode: { YAMLNode(.mapping(encode($0))) })
  }

  /// Reports keys that do not go together, by the check of the value's form.
  package func check(_ root: Root, _ context: inout DecodingContext) {
    choice?.variants.first { $0.encode(root) != nil }?.check(root, &context)
  }

  private func decode(_ node: YAMLNode, path: String, context: inout DecodingContext) -> Root? {
    var entries: [YAMLNode.Entry] = []
    switch node.content {
    case .mapping(let given): entries = given
    case .scalar where node.isNull: break
    case .scalar:
      // `loss: cross-entropy` chooses the form and leaves the rest at its defaults.
      guard let choice else { fallthrough }
      entries = [YAMLNode.Entry(key: choice.key, keyLocation: node.location, value: node)]
    case .sequence:
      context.mismatch(node, path: path, expected: "mapping of \(knownKeys(nil).joined(separator: ", "))")
      return nil
    }

    var root = template
    let variant = choice.flatMap { $0.decode(entries, path: path, into: &root, context: &context) }
    variant?.prepare(&root)
    reportUnknown(entries, variant: variant, path: path, context: &context)
    FieldReader.decode(entries, fields: fields, into: &root, path: path, location: node.location, context: &context)
    if let variant { variant.decode(entries, path, node.location, &root, &context) }
    return root
  }

  private func encode(_ root: Root) -> [YAMLNode.Entry] {
    (choice?.encodeKey(root) ?? []) + FieldReader.encode(root, fields: fields) + (choice?.encodeFields(root) ?? [])
  }

  private func knownKeys(_ variant: Variant<Root>?) -> [String] {
    (choice.map { [$0.key] } ?? []) + fields.map(\.name) + (variant?.fields.map(\.name) ?? [])
  }

  private func reportUnknown(
    _ entries: [YAMLNode.Entry], variant: Variant<Root>?, path: String, context: inout DecodingContext
  ) {
    let known = knownKeys(variant)
    for entry in entries where !known.contains(entry.key) {
      if let choice, let owners = choice.owners(of: entry.key) {
        // The form is unknown, so nothing can be said about its keys.
        guard let variant else { continue }
        context.report(
          "key '\(entry.key)' does not go with \(choice.key) \(variant.name) in \(path)",
          hint: choice.isFallbackUnnamed && owners == [choice.fallback]
            ? "leave \(choice.key) out, or leave out \(entry.key)"
            : "it goes with \(choice.key) \(owners.joined(separator: ", "))",
          at: entry.keyLocation, path: "\(path).\(entry.key)")
      } else {
        context.reportUnknown(entry, path: path, known: known)
      }
    }
  }
}

/// The key of a record whose word chooses the record's form.
package struct Choice<Root: Sendable>: Sendable {
  package let key: String
  package let meaning: String
  /// The form if the key is not given.
  package let fallback: String
  /// Whether the fallback has no word of its own: it is chosen by leaving the key out.
  package let isFallbackUnnamed: Bool
  package let variants: [Variant<Root>]

  package init(
    _ key: String, _ meaning: String, fallback: String, isFallbackUnnamed: Bool = false, variants: [Variant<Root>]
  ) {
    (self.key, self.meaning, self.fallback) = (key, meaning, fallback)
    (self.isFallbackUnnamed, self.variants) = (isFallbackUnnamed, variants)
  }

  package var words: [String] { variants.map(\.name).filter { !isFallbackUnnamed || $0 != fallback } }
  package var type: String { "one of \(words.joined(separator: ", "))" }

  /// The form that `entries` choose, nil after it has reported that there is no such form.
  package func decode(
    _ entries: [YAMLNode.Entry], path: String, into root: inout Root, context: inout DecodingContext
  ) -> Variant<Root>? {
    guard let entry = entries.first(where: { $0.key == key }) else { return variant(fallback) }
    let keyPath = "\(path).\(key)"
    context.remember(keyPath, at: entry.keyLocation)
    guard let word = Codec<String>.word(words.map { ($0, $0) }).decode(entry.value, keyPath, &context) else {
      return nil
    }
    return variant(word)
  }

  package func encodeKey(_ root: Root) -> [YAMLNode.Entry] {
    guard let name = variants.first(where: { $0.encode(root) != nil })?.name else { return [] }
    if isFallbackUnnamed && name == fallback { return [] }
    return [YAMLNode.Entry(key: key, keyLocation: .none, value: YAMLNode(plain: name))]
  }

  package func encodeFields(_ root: Root) -> [YAMLNode.Entry] {
    variants.lazy.compactMap { $0.encode(root) }.first ?? []
  }

  /// The forms that have a key of this name, nil if none has.
  package func owners(of name: String) -> [String]? {
    let owners = variants.filter { $0.fields.contains { $0.name == name } }.map(\.name)
    return owners.isEmpty ? nil : owners
  }

  private func variant(_ name: String) -> Variant<Root>? { variants.first { $0.name == name } }
}
