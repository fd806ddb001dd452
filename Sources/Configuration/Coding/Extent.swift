/// A pair of sizes along height and width.
public struct Extent: Sendable, Equatable {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }
  public init(_ both: Int) { self.init(height: both, width: both) }
}

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
