import Configuration

extension Codec where Value == Extent {
  /// Sizes along height and width, written as one number or as `[height, width]`.
  package static func extent(atLeast minimum: Int) -> Codec {
    let type = "integer ≥ \(minimum) or [height, width]"
    let size = Codec<Int>.size(atLeast: minimum)
    return Codec(
      type: type,
      decode: { node, path, context in
        var hint: String?
        switch node.content {
        case .scalar(let text, quoted: false):
          if let both = NumberText.integer(text), (minimum...SchemaInteger.largest).contains(both) {
            return Extent(both)
          }
          hint = SchemaInteger.hint(text)
        case .sequence(let items) where items.count == 2:
          guard let height = size.decode(items[0], "\(path).0", &context),
            let width = size.decode(items[1], "\(path).1", &context)
          else { return nil }
          return Extent(height: height, width: width)
        default: break
        }
        context.mismatch(node, path: path, expected: type, hint: hint)
        return nil
      },
      encode: { extent in
        if extent.height == extent.width { return size.encode(extent.height) }
        return YAMLNode(.sequence([size.encode(extent.height), size.encode(extent.width)]))
      })
  }
}

extension Codec where Value == Padding {
  package static var padding: Codec {
    let amount = Codec<Extent>.extent(atLeast: 0)
    let type = "valid, same, integer ≥ 0 or [height, width]"
    return Codec(
      type: type,
      decode: { node, path, context in
        if case .scalar(let text, _) = node.content, NumberText.integer(text) == nil {
          let words: [(String, Padding)] = [("valid", .valid), ("same", .same)]
          if let word = words.first(where: { $0.0 == text }) { return word.1 }
          let nearest = context.nearestWord(text, in: words.map(\.0))
          context.mismatch(node, path: path, expected: type, hint: nearest.map { "did you mean '\($0)'?" })
          return nil
        }
        return amount.decode(node, path, &context).map { .symmetric($0) }
      },
      encode: { padding in
        switch padding {
        case .valid: YAMLNode(plain: "valid")
        case .same: YAMLNode(plain: "same")
        case .symmetric(let extent): amount.encode(extent)
        }
      })
  }
}
