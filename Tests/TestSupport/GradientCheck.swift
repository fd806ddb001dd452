import Autograd
import CKernels
import Tensors

/// Gradients from a tape against differences of the function's values, in float64.
public struct GradientCheck {
  /// Where analytic and numeric gradient differ most.
  public private(set) var largestError = 0.0
  public private(set) var worst = "nowhere"
  /// Gradient elements that were compared.
  public private(set) var compared = 0

  public init() {}

  /// Checks `function` with respect to every one of `inputs`; several elements of output are weighted at random.
  public static func of(
    _ inputs: [Tensor], pool: StoragePool, _ function: (Tape, [Variable]) -> Variable
  ) -> GradientCheck {
    let context = ExecutionContext(pool: pool)
    let tape = Tape(context: context)
    let variables = inputs.map { tape.input($0, requiresGradient: true) }
    let output = function(tape, variables)
    var random = TestRandom(seed: 99)
    let weights = random.tensor(output.shape, gap: 0.2, pool: pool)
    tape.backward(from: output, gradient: weights)
    var check = GradientCheck()
    for (index, (input, variable)) in zip(inputs, variables).enumerated() {
      guard let gradient = variable.gradient else {
        check.fail("input \(index) got no gradient")
        continue
      }
      check.compare(gradient, withDifferencesIn: input, name: "input \(index)") {
        let tape = Tape(context: context, recording: false)
        return dot(function(tape, inputs.map { tape.input($0) }).value, weights)
      }
    }
    return check
  }

  /// Compares `gradient` with fourth-order central differences of `function`, which depends on `values`: they are moved
  /// one by one and put back.
  public mutating func compare(
    _ gradient: Tensor, withDifferencesIn values: Tensor, name: String, of function: () -> Double
  ) {
    let step = 1e-4
    let numeric = (0..<values.count).map { index in
      let original = values[index]
      func moved(by steps: Double) -> Double {
        values[index] = original + steps * step
        return function()
      }
      let difference = 8 * (moved(by: 1) - moved(by: -1)) - (moved(by: 2) - moved(by: -2))
      values[index] = original
      return difference / (12 * step)
    }
    // Elements that happen to be near zero are held to the size of the others.
    let scale = 0.05 * numeric.reduce(1e-3) { max($0, abs($1)) }
    for (index, expected) in numeric.enumerated() {
      let error = abs(gradient[index] - expected) / max(abs(expected), scale)
      compared += 1
      if !(error <= largestError) {
        largestError = error
        worst = "\(name)[\(index)]: tape \(gradient[index]), differences \(expected)"
      }
    }
  }

  private mutating func fail(_ reason: String) {
    (largestError, worst) = (.infinity, reason)
  }
}

private func dot(_ a: Tensor, _ b: Tensor) -> Double {
  ck_dot(a.dtype.kernelType, a.count, a.pointer, b.pointer)
}
