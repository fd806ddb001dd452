import Configuration
import NeuralNetworks

extension LayerSchema {
  static var activations: [Form] {
    let plain: [(Activation, String)] = [
      (.relu, "max(x, 0)."), (.sigmoid, "1 / (1 + e⁻ˣ)."), (.tanh, "Hyperbolic tangent."),
      (.gelu, "x·Φ(x), exact (Hendrycks and Gimpel, 2016)."), (.geluTanh, "GELU by its tanh approximation."),
      (.silu, "x·sigmoid(x), also called swish (Ramachandran et al., 2017)."),
    ]
    return plain.map { bare($0.name, $1, .activation($0)) } + [leakyReLU]
  }

  private static var leakyReLU: Form {
    struct Keys { var slope = 0.01 }
    return Form(
      "leaky_relu", "x where x > 0, slope·x elsewhere.", shorthand: "slope", template: Keys(),
      fields: [Field("slope", \.slope, .notNegative, "Slope below zero.")],
      apply: { $1 = .activation(.leakyReLU(slope: $0.slope)) },
      take: { if case .activation(.leakyReLU(let slope)) = $0 { Keys(slope: slope) } else { nil } })
  }
}

extension Codec where Value == Activation {
  /// An activation as a setting of an architecture.
  static var activation: Codec {
    let words: [Activation] = [.relu, .sigmoid, .tanh, .gelu, .geluTanh, .silu]
    let names = words.map(\.name).joined(separator: ", ")
    return OneKeyForm(
      "one of \(names), {leaky_relu: SLOPE}", words: words.map { ($0.name, $0) }, key: "leaky_relu",
      value: Codec<Double>.notNegative, make: { .leakyReLU(slope: $0) },
      take: { if case .leakyReLU(let slope) = $0 { slope } else { nil } }
    ).codec
  }
}

extension Codec where Value == Initializer {
  static var initializer: Codec {
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
