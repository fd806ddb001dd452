import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Batch normalisation by statistics of the whole batch, where the batch is cut into parts.
@Suite struct SynchronizedBatchNormTests {
  private let context = ExecutionContext()
  private let loss = Loss(.crossEntropy(labelSmoothing: 0.1, classWeights: .explicit([1, 2, 0.5])), classes: 3)
  private let shape = [3, 2, 2]
  private let parts = [0..<3, 3..<4, 4..<7]

  /// Every way in which layers hold others, with normalisation inside; a part of one sample.
  private func layers(sync: Bool) -> [LayerSpecification] {
    let norm = LayerSpecification.batchNorm(BatchNorm.Settings(sync: sync))
    return [
      convolution(3, 2, padding: .same, bias: false), norm, relu,
      .residual(body: [convolution(3, 1), norm], shortcut: []), relu,
      .parallel(branches: [[norm, .activation(.tanh)], [], [convolution(2, 1)]]),
      .dropout(rate: 0.2), .flatten, linear(5), norm, linear(3),
    ]
  }

  private func model(sync: Bool) throws -> Model {
    let model = try Model(layers(sync: sync), inputShape: shape, dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    return model
  }

  private var batch: (x: Tensor, labels: Tensor) {
    var random = TestRandom(seed: 61)
    let labels = Tensor((0..<7).map { Double(($0 * 5) % 3) }, shape: [7], dtype: .int32, pool: context.pool)
    return (random.tensor([7] + shape, pool: context.pool), labels)
  }

  @Test func gradientsAreThoseOfDifferences() throws {
    let model = try model(sync: true)
    let (x, labels) = batch
    let analytic = try JointTrainingPass(model, x, labels: labels, parts: parts, loss: loss, context: context)
    // An exchange on the spot does not fail; a value that is not there would fail the comparison.
    func value() -> Double {
      let value = try? JointTrainingPass.loss(
        model, x, labels: labels, parts: parts, loss: loss, context: context)
      return value ?? .nan
    }
    var check = GradientCheck()
    for (part, gradient) in zip(parts, analytic.inputGradients) {
      check.compare(gradient, withDifferencesIn: x.rows(part), name: "input \(part)", of: value)
    }
    for parameter in model.store.parameters {
      check.compare(
        parameter.view(of: analytic.gradients), withDifferencesIn: parameter.value, name: parameter.path, of: value)
    }
    #expect(check.largestError <= 1e-6, "\(check.worst)")
  }

  @Test func partsGiveWhatTheWholeBatchGives() throws {
    let (x, labels) = batch
    let whole = TrainingPass(
      try model(sync: false), x, labels: labels, loss: loss, context: context, inputGradient: true)
    let joint = try JointTrainingPass(
      try model(sync: true), x, labels: labels, parts: parts, loss: loss, context: context)
    #expect(abs(joint.loss - whole.loss.value) <= 1e-12 * whole.loss.value)
    #expect(relativeDifference(joint.gradients, whole.gradients) <= 1e-11)
    #expect(relativeDifference(joint.statistics, whole.statistics) <= 1e-12)
    let inputGradient = try #require(whole.inputGradient)
    for (index, part) in parts.enumerated() {
      #expect(relativeDifference(joint.outputs[index], whole.output.rows(part)) <= 1e-11)
      #expect(relativeDifference(joint.inputGradients[index], inputGradient.rows(part)) <= 1e-11)
    }
  }

  /// Without it, a part of one sample normalises to zero: the comparison above would notice.
  @Test func otherwiseEveryPartIsOnItsOwn() throws {
    let (x, labels) = batch
    let exchange = LocalExchange()
    let joint = try JointTrainingPass(
      try model(sync: false), x, labels: labels, parts: parts, loss: loss, context: context, exchange: exchange)
    let synchronized = try JointTrainingPass(
      try model(sync: true), x, labels: labels, parts: parts, loss: loss, context: context)
    #expect(exchange.exchanges == 0)
    #expect(relativeDifference(joint.gradients, synchronized.gradients) > 1e-3)
  }

  /// Parts computed elsewhere count like those here, and someone without parts takes part in every exchange.
  @Test func partsMayBeElsewhere() throws {
    let (x, labels) = batch
    let all = LocalExchange()
    let joint = try JointTrainingPass(
      try model(sync: true), x, labels: labels, parts: parts, loss: loss, context: context, exchange: all)
    // Four layers, each met forward and backward.
    #expect(all.exchanges == 8)
    let none = LocalExchange()
    none.elsewhere = all.results
    _ = try JointTrainingPass(
      try model(sync: true), x, labels: labels, parts: [], loss: loss, context: context, exchange: none)
    #expect(none.exchanges == 8)
    #expect(none.results == all.results)
    #expect(joint.outputs.count == 3)
  }

  @Test(arguments: 1...8) func aFailedExchangeEndsThePass(failing: Int) throws {
    let (x, labels) = batch
    let exchange = LocalExchange()
    exchange.failing = failing
    let model = try model(sync: true)
    #expect(throws: LocalExchange.Lost.self) {
      try JointTrainingPass(
        model, x, labels: labels, parts: parts, loss: loss, context: context, exchange: exchange)
    }
    #expect(exchange.exchanges == failing)
  }

  /// Values far from zero: their squares would lose all digits of a variance near one.
  @Test func momentsAreCombinedWithoutCancellation() throws {
    let model = try Model(
      [.batchNorm(BatchNorm.Settings(sync: true)), linear(3)], inputShape: [1], dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    let offsets: [Double] = [0, 2, -1, 1, 3, -3, 5]
    let x = Tensor(offsets.map { 1e9 + $0 }, shape: [7, 1], dtype: .float64, pool: context.pool)
    let joint = try JointTrainingPass(model, x, labels: batch.labels, parts: parts, loss: loss, context: context)
    // Mean 1, squared deviations 1, 1, 4, 0, 4, 16, 16: unbiased variance 42 / 6. Means near 1e9 are rounded to 6e-8.
    let variance = model.store.buffers[1].view(of: joint.statistics)[0] / 7
    #expect(abs(variance - 7) <= 1e-6)
  }

  @Test func evaluationUsesTheRunningAverages() throws {
    let (x, _) = batch
    let (first, second) = (try model(sync: true), try model(sync: false))
    #expect(evaluate(first, x, context: context).values == evaluate(second, x, context: context).values)
  }
}
