import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Whole steps: forward, backward, update.
@Suite struct LearningTests {
  private static let layers: [LayerSpecification] = [
    convolution(8, 3, padding: .same, bias: false), batchNorm, relu, .maxPool(pooling(2)),
    .residual(body: [convolution(8, 3, padding: .same), batchNorm], shortcut: []), relu, .flatten, .dropout(rate: 0.1),
    linear(5),
  ]
  private let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 5)

  private func batch(_ pool: StoragePool, dtype: DType = .float32) -> (x: Tensor, labels: Tensor) {
    var random = TestRandom(seed: 4)
    let x = random.tensor([13, 6, 6, 3], dtype: dtype, pool: pool)
    // No relation to the pixels: only memory can get these right.
    let labels = (0..<13).map { _ in Double(Int.random(in: 0..<5, using: &random)) }
    return (x, Tensor(labels, shape: [13], dtype: .int32, pool: pool))
  }

  @Test func aConvNetLearnsATinySetByHeart() throws {
    let context = ExecutionContext()
    let model = try Model(Self.layers, inputShape: [6, 6, 3], outputs: 5, pool: context.pool)
    model.initialize(seed: 3)
    let (x, labels) = batch(context.pool)
    let optimizer = Optimizer(.sgd(momentum: 0.9), store: model.store, pool: context.pool)
    var losses: [Double] = []
    for step in 0..<60 {
      let pass = TrainingPass(model, x, labels: labels, loss: loss, context: context, step: step)
      losses.append(pass.loss.value / pass.loss.weight)
      model.store.updateRunningAverages(sums: pass.statistics, samples: 13)
      _ = optimizer.step(
        step, gradients: pass.gradients, scale: 1 / pass.loss.weight, learningRate: 0.05, report: false)
    }
    #expect(losses[0] > 1)
    let tape = Tape(context: context, recording: false)
    let output = model(tape.input(x), ForwardPass(tape: tape, mode: .evaluation))
    let result = loss(output, labels: labels)
    #expect(result.correct == 13)
    #expect(result.value / result.weight < 0.05)
  }

  /// Once the shapes of a step have been seen, a step takes no memory from the system.
  @Test func stepsTakeNoMemoryAfterTheFirst() throws {
    let context = ExecutionContext()
    let model = try Model(Self.layers, inputShape: [6, 6, 3], pool: context.pool)
    model.initialize(seed: 3)
    let (x, labels) = batch(context.pool)
    let optimizer = Optimizer(.sgd(momentum: 0.9), store: model.store, pool: context.pool)
    var misses: [Int] = []
    for step in 0..<5 {
      let pass = TrainingPass(model, x, labels: labels, loss: loss, context: context, step: step)
      _ = optimizer.step(0, gradients: pass.gradients, scale: 1, learningRate: 1e-4, report: true)
      _ = evaluate(model, x, context: context)
      misses.append(context.pool.statistics.misses)
    }
    #expect(misses[0] > 0)
    #expect(misses[1...].allSatisfy { $0 == misses[1] }, "\(misses)")
    #expect(misses[1] - misses[0] <= 3, "the second step should find almost all its buffers: \(misses)")
  }

  /// Steps whose samples have lengths of their own, so that hardly any two pack as many time steps, soon take hardly any.
  @Test func stepsOfAnyLengthsTakeMemoryOfOneStep() throws {
    let context = ExecutionContext()
    var convolution = Convolution1D.Settings(filters: 8, kernel: 3)
    convolution.padding = .same
    let layers: [LayerSpecification] = [
      .embedding(Embedding.Settings(width: 4)), batchNorm, .convolution1D(convolution), batchNorm, relu,
      .globalMaxPool, linear(5),
    ]
    let model = try Model(
      layers, inputShape: [60], outputs: 5, vocabulary: 11, predictsTokens: false, pool: context.pool)
    model.initialize(seed: 3)
    var random = TestRandom(seed: 6)
    let x = Tensor(
      (0..<13 * 60).map { _ in Double(Int.random(in: 0..<11, using: &random)) }, shape: [13, 60], pool: context.pool)
    let labels = batch(context.pool).labels
    var bytes: [Int] = []
    for step in 0..<150 {
      let lengths = (0..<13).map { _ in Int.random(in: 1...60, using: &random) }
      _ = TrainingPass(
        model, x, labels: labels, loss: loss, context: context, step: step,
        lengths: step == 0 ? Array(repeating: 60, count: 13) : lengths)
      bytes.append(context.pool.statistics.bytes)
    }
    #expect(Double(bytes[149]) <= 1.1 * Double(bytes[20]), "\(bytes)")
    #expect(Double(bytes[149]) <= 1.5 * Double(bytes[0]), "\(bytes)")
  }

  /// Float32 through a network of six layers: each rounds sums of up to 150 products.
  @Test func float32FollowsFloat64() throws {
    var results: [DType: TrainingPass] = [:]
    for dtype in [DType.float32, .float64] {
      let context = ExecutionContext()
      let model = try Model(Self.layers, inputShape: [6, 6, 3], dtype: dtype, pool: context.pool)
      randomizeParameters(of: model)
      let (x, labels) = batch(context.pool, dtype: dtype)
      results[dtype] = TrainingPass(model, x, labels: labels, loss: loss, context: context, inputGradient: true)
    }
    let (single, double) = (try #require(results[.float32]), try #require(results[.float64]))
    #expect(relativeDifference(single.output, double.output) <= 1e-5)
    #expect(relativeDifference(single.gradients, double.gradients) <= 2e-5)
    #expect(
      relativeDifference(try #require(single.inputGradient), try #require(double.inputGradient)) <= 2e-5)
  }

  /// The same step gives the same bits again: nothing depends on addresses or on what was computed before.
  @Test func stepsRepeatBitForBit() throws {
    let context = ExecutionContext()
    let model = try Model(Self.layers, inputShape: [6, 6, 3], pool: context.pool)
    model.initialize(seed: 3)
    let (x, labels) = batch(context.pool)
    let first = TrainingPass(model, x, labels: labels, loss: loss, context: context, step: 7)
    let second = TrainingPass(model, x, labels: labels, loss: loss, context: ExecutionContext(), step: 7)
    #expect(first.gradients.values == second.gradients.values)
    #expect(first.gradients.values.contains { $0 != 0 })
  }
}
