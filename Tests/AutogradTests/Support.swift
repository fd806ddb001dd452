import Autograd
import Foundation
import Tensors
import TestSupport

/// Every gradient here must agree with differences to this; differences themselves are good to about 1e-10.
let gradientTolerance = 1e-6

/// Cases that PyTorch computed in float64, written with eleven digits.
let goldenTolerance = 1e-9

func goldens(_ file: String) throws -> [String: Golden] {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  return try Golden.load(folder.appendingPathComponent("Resources/\(file).json"))
}

func golden(_ name: String, in file: String = "operations") throws -> Golden {
  guard let found = try goldens(file)[name] else { throw GoldenError(description: "no golden \(name)") }
  return found
}

/// Runs `function` on a golden's inputs in `dtype` and gives the largest relative difference of the output and of all
/// gradients from the golden's.
func difference(
  from golden: Golden, inputs names: [String], dtype: DType = .float64,
  backend: ConvolutionPlans.Backend = .automatic, _ function: ([Variable]) -> Variable
) throws -> Double {
  let context = ExecutionContext(convolutionBackend: backend)
  let tape = Tape(context: context)
  let inputs = try names.map {
    tape.input(try golden.tensor($0, dtype: dtype, pool: context.pool), requiresGradient: true)
  }
  let output = function(inputs)
  var largest = relativeDifference(output.value, try golden.tensor("y", dtype: dtype, pool: context.pool))
  tape.backward(from: output, gradient: try golden.tensor("gradient_y", dtype: dtype, pool: context.pool))
  for (name, input) in zip(names, inputs) {
    guard let gradient = input.gradient else { return .infinity }
    let expected = try golden.tensor("gradient_" + name, dtype: dtype, pool: context.pool)
    largest = max(largest, relativeDifference(gradient, expected))
  }
  return largest
}
