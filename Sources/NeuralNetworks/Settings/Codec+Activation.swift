import Autograd
import Configuration

/// Elementwise non-linearities, as the differentiable operations know them.
public typealias Activation = Autograd.Activation

extension Codec where Value == Activation {
  /// An activation as a setting of an architecture.
  package static var activation: Codec {
    let words = Activation.all.filter { !$0.hasSlope }
    let names = words.map(\.name).joined(separator: ", ")
    return OneKeyForm(
      "one of \(names), {leaky_relu: SLOPE}", words: words.map { ($0.name, $0) }, key: "leaky_relu",
      value: Codec<Double>.notNegative, make: { .leakyReLU(slope: $0) },
      take: { $0.name == "leaky_relu" ? $0.slope : nil }
    ).codec
  }
}
