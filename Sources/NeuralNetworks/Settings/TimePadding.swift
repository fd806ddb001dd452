import Configuration
import Tensors

/// Time steps of zeros around a sequence.
public enum TimePadding: Sendable, Equatable {
  case valid
  /// Padding for ⌈time / stride⌉ outputs; if the total is odd, the extra time step is at the end.
  case same
  /// Before the sequence only, so that no output depends on later time steps.
  case causal
  /// This much on both sides.
  case symmetric(Int)
}

extension TimePadding {
  /// Time steps to add around a sequence of this length.
  ///
  /// - Parameter span: Time steps from a window's first to its last.
  func resolved(
    time: Int, span: Int, stride: Int, for context: LayerContext
  ) throws(ModelError) -> ImagePadding {
    switch self {
    case .valid: return ImagePadding()
    case .causal: return ImagePadding(top: 0, left: span - 1, bottom: 0, right: 0)
    case .symmetric(let amount):
      guard amount >= 0 else { throw context.error("the padding is negative", hint: "it must be at least 0") }
      return ImagePadding(height: 0, width: amount)
    case .same:
      let outputs = (time + stride - 1) / stride
      let total = max((outputs - 1) * stride + span - time, 0)
      return ImagePadding(top: 0, left: total / 2, bottom: 0, right: total - total / 2)
    }
  }
}

extension Codec where Value == TimePadding {
  package static var timePadding: Codec {
    let amount = Codec<Int>.size(atLeast: 0)
    let type = "valid, same, causal or integer ≥ 0"
    let words: [(String, TimePadding)] = [("valid", .valid), ("same", .same), ("causal", .causal)]
    return Codec(
      type: type,
      decode: { node, path, context in
        if case .scalar(let text, quoted: false) = node.content {
          if let value = NumberText.integer(text), (0...SchemaInteger.largest).contains(value) {
            return .symmetric(value)
          }
          if let word = words.first(where: { $0.0 == text }) { return word.1 }
          let nearest = context.nearestWord(text, in: words.map(\.0))
          let hint = nearest.map { "did you mean '\($0)'?" } ?? SchemaInteger.hint(text)
          context.mismatch(node, path: path, expected: type, hint: hint)
          return nil
        }
        context.mismatch(node, path: path, expected: type)
        return nil
      },
      encode: { padding in
        if case .symmetric(let value) = padding { return amount.encode(value) }
        guard let word = words.first(where: { $0.1 == padding })?.0 else {
          preconditionFailure("no word for the padding \(padding)")
        }
        return YAMLNode(plain: word)
      })
  }
}
