import CKernels
import Configuration
import Foundation

/// Settings and arithmetic that Adam and AdamW share (Kingma and Ba, 2015, algorithm 1, in PyTorch's form: ε is added
/// to √v̂).
///
/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η·m̂ / (√v̂ + ε).
package protocol AdamMoments: OptimizerSettings {
  var betas: Betas { get set }
  /// Added to the root of the second moment.
  var epsilon: Double { get set }
}

/// Decay rates of Adam's averages of the gradient and of its square.
package struct Betas: Sendable, Equatable {
  package var first: Double
  package var second: Double

  package init(_ first: Double, _ second: Double) { (self.first, self.second) = (first, second) }
}

extension AdamMoments {
  static var fields: [Field<Self>] {
    [
      Field(
        "betas", \.betas, Betas.codec,
        "β₁ and β₂ in m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g²; the step is η·m̂ / (√v̂ + ε) with "
          + "m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)."),
      Field("epsilon", \.epsilon, .normalFloat, "ε in the same formula; it must not vanish in float32."),
    ]
  }

  /// Under PyTorch's names; its `step` is the run's.
  package var stateNames: [String] { ["exp_avg", "exp_avg_sq"] }

  package func check(_ context: inout DecodingContext) {}

  /// - Parameter isDecoupled: Whether weight decay is applied to the weights, not to the gradient.
  func update(_ parameters: ParameterUpdate, isDecoupled: Bool) {
    // The averages start at zero and are biased towards it in early steps.
    let steps = Double(parameters.step + 1)
    let corrections = (1 - pow(betas.first, steps), 1 - pow(betas.second, steps))
    let update = ck_adam(
      step_size: parameters.learningRate / corrections.0, gradient_scale: parameters.scale,
      coupling: parameters.coupling + (isDecoupled ? 0 : parameters.weightDecay),
      decay: isDecoupled ? 1 - parameters.learningRate * parameters.weightDecay : 1, beta1: betas.first,
      beta2: betas.second, epsilon: epsilon, root_correction: corrections.1.squareRoot())
    ck_adam_update(
      parameters.type, parameters.count, update, parameters.gradients, parameters.state(0), parameters.state(1),
      parameters.weights)
  }
}

extension Betas {
  static var codec: Codec<Betas> {
    let numbers = Codec<Double>.share.list("two numbers in [0, 1)", atLeast: 2)
    return Codec(
      type: numbers.type,
      decode: { node, path, context in
        guard let values = numbers.decode(node, path, &context) else { return nil }
        guard values.count == 2 else {
          context.mismatch(node, path: path, expected: numbers.type, hint: "it has too many items")
          return nil
        }
        return Betas(values[0], values[1])
      },
      encode: { numbers.encode([$0.first, $0.second]) })
  }
}

extension Codec where Value == Double {
  /// A constant that keeps a divisor above zero, passed to kernels as float32.
  static var normalFloat: Codec { .number("number ≥ 1.2e-38") { $0 >= Double(Float.leastNormalMagnitude) } }
}
