/// A value that is one of a few words, or a mapping with one key: `he_normal` or `{normal: 0.01}`.
package struct OneKeyForm<Value: Equatable & Sendable, Inner: Sendable>: Sendable {
  package let type: String
  package let words: [(String, Value)]
  package let key: String
  package let value: Codec<Inner>
  package let make: @Sendable (Inner) -> Value
  package let take: @Sendable (Value) -> Inner?

  package init(
    _ type: String, words: [(String, Value)], key: String, value: Codec<Inner>,
    make: @escaping @Sendable (Inner) -> Value,
    take: @escaping @Sendable (Value) -> Inner?
  ) {
    (self.type, self.words, self.key, self.value) = (type, words, key, value)
    (self.make, self.take) = (make, take)
  }

  package var codec: Codec<Value> {
    Codec(
      type: type,
      decode: { node, path, context in
        switch node.content {
        case .scalar(let text, _):
          if let word = words.first(where: { $0.0 == text }) { return word.1 }
          let nearest = context.nearestWord(text, in: words.map(\.0) + [key])
          let hint = nearest.map { $0 == key ? "write {\(key): …}" : "did you mean '\($0)'?" }
          context.mismatch(node, path: path, expected: type, hint: hint)
          return nil
        case .mapping(let entries) where entries.count == 1 && entries[0].key == key:
          return value.decode(entries[0].value, "\(path).\(key)", &context).map(make)
        case .mapping(let entries):
          let hint = entries.count == 1 ? context.nearestWord(entries[0].key, in: [key]) : nil
          context.mismatch(node, path: path, expected: type, hint: hint.map { "did you mean '\($0)'?" })
          return nil
        case .sequence:
          context.mismatch(node, path: path, expected: type)
          return nil
        }
      },
      encode: { encoded in
        if let inner = take(encoded) { return YAMLNode(mapping: [(key, value.encode(inner))]) }
        guard let name = words.first(where: { $0.1 == encoded })?.0 else {
          preconditionFailure("\(encoded) is neither a word nor \(key)")
        }
        return YAMLNode(plain: name)
      })
  }
}
