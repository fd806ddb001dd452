/// One key of a mapping.
package struct Field<Root: Sendable>: Sendable {
  package let description: FieldDescription
  package let decode: @Sendable (YAMLNode, _ path: String, inout Root, inout DecodingContext) -> Void
  package let encode: @Sendable (Root) -> YAMLNode

  package var name: String { description.name }
  package var isRequired: Bool { description.isRequired }

  /// - Parameters:
  ///   - required: There is no default; the key must be given.
  ///   - example: Text to write for a required key that is missing.
  ///   - defaultText: The default in words, if it is not the initial value in `Root`.
  package init<Value>(
    _ name: String, _ keyPath: WritableKeyPath<Root, Value> & Sendable, _ codec: Codec<Value>, required: Bool = false,
    example: String? = nil, defaultText: String? = nil, _ meaning: String
  ) {
    description = FieldDescription(
      name: name, type: codec.type, isRequired: required, example: example ?? "\(name): (\(codec.type))",
      defaultText: defaultText, meaning: meaning)
    decode = { node, path, root, context in
      if let value = codec.decode(node, path, &context) { root[keyPath: keyPath] = value }
    }
    encode = { codec.encode($0[keyPath: keyPath]) }
  }

  /// The same key for `Outer`, of which `Root` is a part.
  package func within<Outer>(_ keyPath: WritableKeyPath<Outer, Root> & Sendable) -> Field<Outer> {
    Field<Outer>(
      description: description,
      decode: { node, path, outer, context in decode(node, path, &outer[keyPath: keyPath], &context) },
      encode: { encode($0[keyPath: keyPath]) })
  }

  private init(
    description: FieldDescription,
    decode: @escaping @Sendable (YAMLNode, _ path: String, inout Root, inout DecodingContext) -> Void,
    encode: @escaping @Sendable (Root) -> YAMLNode
  ) {
    (self.description, self.decode, self.encode) = (description, decode, encode)
  }

  /// The key as the reference page describes it, if `Root` starts as `template`.
  package func describedDefault(_ template: Root) -> FieldDescription {
    var described = description
    if described.defaultText == nil && !isRequired { described.defaultText = YAMLEmitter.inline(encode(template)) }
    return described
  }
}

/// A key as the reference page describes it.
package struct FieldDescription: Sendable {
  package var name: String
  package var type: String
  package var isRequired: Bool
  package var example: String
  package var defaultText: String?
  package var meaning: String
}

extension [Field<Void>] {
  package static var none: [Field<Void>] { [] }
}

/// Reads the entries of one mapping into a value's fields.
package enum FieldReader {
  /// - Parameter location: Location of the mapping, for messages about missing keys.
  package static func decode<Root>(
    _ entries: [YAMLNode.Entry], fields: [Field<Root>], into root: inout Root, path: String,
    location: ConfigurationLocation,
    context: inout DecodingContext
  ) {
    for field in fields {
      let keyPath = path.isEmpty ? field.name : "\(path).\(field.name)"
      guard let entry = entries.first(where: { $0.key == field.name }) else {
        if field.isRequired {
          let inSection = path.isEmpty ? "" : " in \(path)"
          context.report(
            "key '\(field.name)' is missing\(inSection)", hint: "write \(field.description.example)", at: location,
            path: keyPath)
        }
        continue
      }
      context.remember(keyPath, at: entry.keyLocation)
      field.decode(entry.value, keyPath, &root, &context)
    }
  }

  package static func encode<Root>(_ root: Root, fields: [Field<Root>]) -> [YAMLNode.Entry] {
    fields.map { YAMLNode.Entry(key: $0.name, keyLocation: .none, value: $0.encode(root)) }
  }
}
