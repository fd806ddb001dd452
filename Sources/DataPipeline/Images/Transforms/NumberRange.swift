import Configuration
import Tensors

/// The numbers from `low` to `high`, one of which is drawn.
package struct NumberRange: Sendable, Equatable {
  package var low, high: Double

  package init(_ low: Double, _ high: Double) { (self.low, self.high) = (low, high) }
}

extension RandomStream {
  /// Uniform between the ends.
  mutating func uniform(in range: NumberRange) -> Double { range.low + (range.high - range.low) * uniform() }

  /// Uniform between −limit and limit.
  mutating func uniform(around limit: Double) -> Double { uniform(in: NumberRange(-limit, limit)) }
}

extension Codec where Value == NumberRange {
  /// `[low, high]`, both above 0 and at most `limit`.
  static func positiveRange(atMost limit: Double) -> Codec {
    let type = "[low, high], 0 < low ≤ high ≤ \(NumberText.format(limit))"
    let end = Codec<Double>.number("number > 0") { $0 > 0 && $0 <= limit }
    return Codec(
      type: type,
      decode: { node, path, context in
        guard case .sequence(let items) = node.content, items.count == 2 else {
          context.mismatch(node, path: path, expected: type)
          return nil
        }
        guard let low = end.decode(items[0], "\(path).0", &context),
          let high = end.decode(items[1], "\(path).1", &context)
        else { return nil }
        guard low <= high else {
          context.mismatch(node, path: path, expected: type)
          return nil
        }
        return NumberRange(low, high)
      },
      encode: { YAMLNode(.sequence([end.encode($0.low), end.encode($0.high)])) })
  }
}

extension Codec where Value == Double {
  /// A probability, or another number from 0 to `limit`.
  static func number(upTo limit: Double) -> Codec {
    number("number in [0, \(NumberText.format(limit))]") { $0 >= 0 && $0 <= limit }
  }
}
