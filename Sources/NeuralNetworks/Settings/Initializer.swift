import Configuration

/// Distribution of a weight's initial values. Fan-in is the number of inputs that one output sums over; biases start at zero.
public enum Initializer: Sendable, Equatable {
  /// Variance 2 / fan-in (He et al., 2015).
  case heNormal, heUniform
  /// Variance 2 / (fan-in + fan-out) (Glorot and Bengio, 2010).
  case xavierNormal, xavierUniform
  /// Variance 1 / fan-in (LeCun et al., 1998).
  case lecunNormal, lecunUniform
  case normal(standardDeviation: Double)
  /// Normal with variance `gain` / fan-in.
  case scaledNormal(gain: Double)
  case zeros
}

extension Initializer {
  /// The distribution that this initialiser draws from.
  enum Distribution: Equatable {
    case normal(standardDeviation: Double)
    /// Uniform in (-bound, bound).
    case uniform(bound: Double)
    case zero
  }

  func distribution(fanIn: Int, fanOut: Int) -> Distribution {
    // A uniform distribution of bound b has variance b² / 3.
    func normal(_ variance: Double) -> Distribution { .normal(standardDeviation: variance.squareRoot()) }
    func uniform(_ variance: Double) -> Distribution { .uniform(bound: (3 * variance).squareRoot()) }
    let (inputs, outputs) = (Double(max(fanIn, 1)), Double(max(fanOut, 1)))
    return switch self {
    case .heNormal: normal(2 / inputs)
    case .heUniform: uniform(2 / inputs)
    case .xavierNormal: normal(2 / (inputs + outputs))
    case .xavierUniform: uniform(2 / (inputs + outputs))
    case .lecunNormal: normal(1 / inputs)
    case .lecunUniform: uniform(1 / inputs)
    case .normal(let standardDeviation): .normal(standardDeviation: standardDeviation)
    case .scaledNormal(let gain): normal(gain / inputs)
    case .zeros: .zero
    }
  }
}

extension Codec where Value == Initializer {
  package static var initializer: Codec {
    let words: [(String, Initializer)] = [
      ("he_normal", .heNormal), ("he_uniform", .heUniform), ("xavier_normal", .xavierNormal),
      ("xavier_uniform", .xavierUniform), ("lecun_normal", .lecunNormal), ("lecun_uniform", .lecunUniform),
      ("zeros", .zeros),
    ]
    let type = "one of \(words.map(\.0).joined(separator: ", ")), {normal: σ} or {fan_in: gain}"
    let normal = OneKeyForm(
      type, words: words, key: "normal", value: Codec<Double>.positive, make: { .normal(standardDeviation: $0) },
      take: { if case .normal(let deviation) = $0 { deviation } else { nil } }
    ).codec
    let scaled = OneKeyForm(
      type, words: [], key: "fan_in", value: Codec<Double>.positive, make: { Initializer.scaledNormal(gain: $0) },
      take: { if case .scaledNormal(let gain) = $0 { gain } else { nil } }
    ).codec
    return Codec(
      type: type,
      decode: { node, path, context in
        let keys = ["normal", "fan_in"]
        if let only = node.entries?.first?.key, node.entries?.count == 1, !keys.contains(only) {
          let hint = context.nearestWord(only, in: keys).map { "did you mean '\($0)'?" }
          context.mismatch(node, path: path, expected: type, hint: hint)
          return nil
        }
        let codec = node.entries?.first?.key == "fan_in" ? scaled : normal
        return codec.decode(node, path, &context)
      },
      encode: { if case .scaledNormal = $0 { scaled.encode($0) } else { normal.encode($0) } })
  }
}
