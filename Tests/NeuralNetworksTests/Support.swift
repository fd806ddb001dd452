import Autograd
import Configuration
import Foundation
import NeuralNetworks
import Tensors
import TestSupport
import Testing

func golden(_ name: String, in file: String = "networks") throws -> Golden {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  let goldens = try Golden.load(folder.appendingPathComponent("Resources/\(file).json"))
  guard let found = goldens[name] else { throw GoldenError(description: "no golden \(name)") }
  return found
}

func linear(_ outputs: Int, bias: Bool = true, initializer: Initializer = .heNormal) -> LayerSpecification {
  .linear(outputs: outputs, bias: bias, initializer: initializer)
}

func convolution(
  _ filters: Int, _ kernel: Int, stride: Int = 1, padding: Padding = .valid, dilation: Int = 1, groups: Int? = 1,
  bias: Bool = true
) -> LayerSpecification {
  var specification = Convolution2D.Settings(filters: filters, kernel: Extent(kernel))
  specification.stride = Extent(stride)
  specification.padding = padding
  specification.dilation = Extent(dilation)
  specification.groups = groups
  specification.bias = bias
  return .convolution(specification)
}

let batchNorm = LayerSpecification.batchNorm(BatchNorm.Settings())
let relu = LayerSpecification.activation(.relu)

func pooling(_ kernel: Int, stride: Int? = nil, padding: Padding = .valid) -> ImagePool.Window {
  var specification = ImagePool.Window(kernel: Extent(kernel), stride: stride.map { Extent($0) })
  specification.padding = padding
  return specification
}

/// One forward and backward pass of a whole model.
struct TrainingPass {
  let output: Tensor
  let loss: LossResult
  let inputGradient: Tensor?
  /// Laid out like the store's values.
  let gradients: Tensor
  /// Laid out like the store's buffers.
  let statistics: Tensor

  init(
    _ model: Model, _ x: Tensor, labels: Tensor, loss: Loss, context: ExecutionContext, step: Int = 0,
    firstSample: Int = 0, lengths: [Int]? = nil, inputGradient wantsInputGradient: Bool = false,
    observer: LayerObserver? = nil
  ) {
    let store = model.store
    gradients = Tensor(zeros: [store.flatCount], dtype: store.dtype, pool: context.pool)
    statistics = Tensor(zeros: [store.bufferFlatCount], dtype: store.dtype, pool: context.pool)
    let tape = Tape(context: context, parameterGradients: gradients)
    let pass = ForwardPass(
      tape: tape, mode: .training, seed: 5, step: step, firstSample: firstSample, statistics: statistics,
      lengths: lengths, observer: observer)
    let input = tape.input(x, requiresGradient: wantsInputGradient)
    let output = model(input, pass)
    self.output = output.value
    self.loss = loss(output, labels: labels)
    tape.backward(from: self.loss.sum)
    tape.zeroUntouchedGradients(of: store.trainable)
    self.inputGradient = input.gradient
  }
}

/// Compares the gradients of all parameters with differences.
func expectParameterGradients(
  of model: Model, _ x: Tensor, labels: Tensor, loss: Loss, context: ExecutionContext,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let pass = TrainingPass(model, x, labels: labels, loss: loss, context: context)
  var check = GradientCheck()
  for parameter in model.store.parameters {
    check.compare(
      parameter.view(of: pass.gradients), withDifferencesIn: parameter.value, name: parameter.path
    ) {
      let tape = Tape(context: context, recording: false)
      let output = model(tape.input(x), ForwardPass(tape: tape, mode: .training, seed: 5))
      return loss(output, labels: labels).value
    }
  }
  #expect(check.largestError <= 1e-6, "\(check.worst)", sourceLocation: sourceLocation)
}

func evaluate(_ model: Model, _ x: Tensor, context: ExecutionContext) -> Tensor {
  let tape = Tape(context: context, recording: false)
  return model(tape.input(x), ForwardPass(tape: tape, mode: .evaluation)).value
}

/// The values of a model's parameters, nudged away from zero so that no gradient vanishes by chance.
func randomizeParameters(of model: Model, seed: UInt64 = 41) {
  var random = TestRandom(seed: seed)
  let pool = StoragePool()
  for parameter in model.store.parameters {
    parameter.value.copy(
      from: random.tensor(parameter.shape, scale: 0.7, gap: 0.1, dtype: model.store.dtype, pool: pool))
  }
}

/// Tokens below 11, the same at each call.
func randomTokens(_ shape: [Int], pool: StoragePool) -> Tensor {
  var random = TestRandom(seed: 3)
  let values = (0..<shape.reduce(1, *)).map { _ in Double(Int.random(in: 0..<11, using: &random)) }
  return Tensor(values, shape: shape, dtype: .float64, pool: pool)
}

/// Holds a network against PyTorch on samples of different lengths: names and layouts of parameters, outputs, all gradients.
func expectAgreement(of model: Model, with reference: Golden, lengths: [Int], context: ExecutionContext) throws {
  let store = model.store
  let theirs = reference.tensors.keys.filter { $0.hasPrefix("value:") }.map { String($0.dropFirst(6)) }
  #expect(Set(store.parameters.map(\.path)) == Set(theirs))
  for parameter in store.parameters {
    let value = try reference.tensor("value:" + parameter.path, pool: context.pool)
    #expect(parameter.shape == value.shape)
    parameter.value.copy(from: value)
  }
  let gradients = Tensor(zeros: [store.flatCount], dtype: .float64, pool: context.pool)
  let tape = Tape(context: context, parameterGradients: gradients)
  let x = tape.input(try reference.tensor("x", pool: context.pool))
  let output = model(x, ForwardPass(tape: tape, mode: .training, lengths: lengths))
  #expect(relativeDifference(output.value, try reference.tensor("y", pool: context.pool)) <= 1e-9)
  tape.backward(from: output, gradient: try reference.tensor("gradient_y", pool: context.pool))
  for parameter in store.parameters {
    let expected = try reference.tensor("gradient:" + parameter.path, pool: context.pool)
    #expect(relativeDifference(parameter.view(of: gradients), expected) <= 1e-9, "\(parameter.path)")
  }
}

/// Whether outputs in float64 agree to rounding: matrix products of other numbers of rows may be added in another order, which
/// depends on the processor.
func agree(_ actual: [Double], _ expected: [Double]) -> Bool {
  let scale = expected.reduce(1) { max($0, abs($1)) }
  return actual.count == expected.count && zip(actual, expected).allSatisfy { abs($0 - $1) <= 1e-12 * scale }
}
