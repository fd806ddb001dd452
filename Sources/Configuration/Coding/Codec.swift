/// Reads a value from a node and writes it back.
package struct Codec<Value: Sendable>: Sendable {
  /// Form of a value, for messages and the reference page: `integer ≥ 1`.
  package let type: String
  /// Nil after it has reported what is wrong.
  package let decode: @Sendable (YAMLNode, _ path: String, inout DecodingContext) -> Value?
  package let encode: @Sendable (Value) -> YAMLNode

  package init(
    type: String, decode: @escaping @Sendable (YAMLNode, _ path: String, inout DecodingContext) -> Value?,
    encode: @escaping @Sendable (Value) -> YAMLNode
  ) {
    (self.type, self.decode, self.encode) = (type, decode, encode)
  }
}

extension Codec {
  /// A codec of scalars: `parse` returns nil for a text that is not a value.
  package init(
    type: String, parse: @escaping @Sendable (_ text: String, _ quoted: Bool) -> Value?,
    format: @escaping @Sendable (Value) -> YAMLNode,
    hint: @escaping @Sendable (_ text: String, _ quoted: Bool, DecodingContext) -> String? = { _, _, _ in nil }
  ) {
    self.init(
      type: type,
      decode: { node, path, context in
        guard case .scalar(let text, let quoted) = node.content, !node.isNull else {
          context.mismatch(node, path: path, expected: type)
          return nil
        }
        if let value = parse(text, quoted) { return value }
        context.mismatch(node, path: path, expected: type, hint: hint(text, quoted, context))
        return nil
      },
      encode: format)
  }

  /// The value or `null`.
  package var optional: Codec<Value?> {
    Codec<Value?>(
      type: "\(type), or null",
      decode: { node, path, context in
        node.isNull ? .some(nil) : decode(node, path, &context).map { .some($0) }
      },
      encode: { $0.map(encode) ?? .null })
  }

  /// A list of values.
  package func list(_ items: String, atLeast minimum: Int = 0) -> Codec<[Value]> {
    let type = "list of \(items)"
    return Codec<[Value]>(
      type: type,
      decode: { node, path, context in
        guard case .sequence(let nodes) = node.content, nodes.count >= minimum else {
          let isShort = if case .sequence = node.content { true } else { false }
          context.mismatch(node, path: path, expected: type, hint: isShort ? "it requires at least \(minimum)" : nil)
          return nil
        }
        let values = nodes.enumerated().map { decode($1, "\(path).\($0)", &context) }
        return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
      },
      encode: { YAMLNode(.sequence($0.map(encode))) })
  }
}
