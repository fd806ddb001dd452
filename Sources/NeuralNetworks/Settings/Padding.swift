import Configuration
import Tensors

/// Rows and columns of zeros around an image.
public enum Padding: Sendable, Equatable {
  /// No padding.
  case valid
  /// Padding for ⌈size / stride⌉ outputs; if the total is odd, the extra row or column is at the end.
  case same
  /// This much on both sides.
  case symmetric(Extent)
}

extension Padding {
  /// Rows and columns to add around an image of this size.
  func resolved(height: Int, width: Int, kernel: Extent, stride: Extent, dilation: Extent = Extent(1)) -> ImagePadding {
    switch self {
    case .valid: return ImagePadding()
    case .symmetric(let extent): return ImagePadding(height: extent.height, width: extent.width)
    case .same:
      let rows = Self.total(size: height, kernel: kernel.height, stride: stride.height, dilation: dilation.height)
      let columns = Self.total(size: width, kernel: kernel.width, stride: stride.width, dilation: dilation.width)
      return ImagePadding(
        top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
    }
  }

  /// Padding for ⌈size / stride⌉ outputs.
  private static func total(size: Int, kernel: Int, stride: Int, dilation: Int) -> Int {
    let outputs = (size + stride - 1) / stride
    return max((outputs - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
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
