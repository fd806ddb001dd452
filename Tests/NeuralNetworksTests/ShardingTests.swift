import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Results that must not depend on how a batch is cut into shards.
@Suite struct ShardingTests {
  private let context = ExecutionContext()
  private let loss = Loss(.crossEntropy(labelSmoothing: 0.1, classWeights: .explicit([1, 2, 0.5])), classes: 3)

  private func batch(_ count: Int, features: Int) -> (x: Tensor, labels: Tensor) {
    var random = TestRandom(seed: 71)
    let labels = Tensor((0..<count).map { Double(($0 * 7) % 3) }, shape: [count], dtype: .int32, pool: context.pool)
    return (random.tensor([count, features], pool: context.pool), labels)
  }

  /// Gradients, losses and weights are sums over samples: shards of any sizes add up to the whole batch. With
  /// dropout in between, which is keyed by the sample's position in the global batch.
  @Test func shardsAddUpToTheBatch() throws {
    let model = try Model(
      [linear(7), relu, .dropout(rate: 0.4), linear(3)], inputShape: [5], dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    let (x, labels) = batch(11, features: 5)
    let whole = TrainingPass(model, x, labels: labels, loss: loss, context: context, step: 3)
    var sum = Array(repeating: 0.0, count: model.store.flatCount)
    var (value, weight, correct) = (0.0, 0.0, 0)
    for range in [0..<3, 3..<4, 4..<11] {
      let part = TrainingPass(
        model, x.rows(range), labels: labels.rows(range), loss: loss, context: context, step: 3,
        firstSample: range.lowerBound)
      sum = zip(sum, part.gradients.values).map(+)
      (value, weight, correct) = (value + part.loss.value, weight + part.loss.weight, correct + part.loss.correct)
    }
    let total = Tensor(sum, shape: [sum.count], dtype: .float64, pool: context.pool)
    #expect(relativeDifference(total, whole.gradients) <= 1e-12)
    #expect(abs(value - whole.loss.value) <= 1e-12 * value)
    #expect(abs(weight - whole.loss.weight) <= 1e-12)
    #expect(correct == whole.loss.correct)
  }

  @Test func dropoutDependsOnSampleStepAndLayer() throws {
    let model = try Model(
      [.dropout(rate: 0.5), .dropout(rate: 0.5)], inputShape: [1000], dtype: .float64, pool: context.pool)
    let ones = Tensor(Array(repeating: 1, count: 3000), shape: [3, 1000], dtype: .float64, pool: context.pool)
    func kept(step: Int, firstSample: Int) -> (first: Tensor, both: Tensor) {
      let tape = Tape(context: context)
      var first: Tensor?
      let pass = ForwardPass(tape: tape, mode: .training, seed: 9, step: step, firstSample: firstSample) {
        if $0 == "0" { first = $1.value }
        return nil
      }
      let both = model(tape.input(ones), pass).value
      return (first ?? both, both)
    }
    let base = kept(step: 1, firstSample: 4)
    #expect(kept(step: 1, firstSample: 4).both.values == base.both.values)
    #expect(kept(step: 2, firstSample: 4).first.values != base.first.values)
    // The second and third row here are the first and second there.
    let moved = kept(step: 1, firstSample: 5)
    #expect(moved.both.rows(0..<2).values == base.both.rows(1..<3).values)
    // Kept by both layers: a quarter, not the half of layers that draw alike (standard error 0.8 %).
    let share = Double(base.both.values.count { $0 != 0 }) / 3000
    #expect(abs(share - 0.25) < 0.04)
    #expect(Set(base.both.values) == [0, 4])
  }

  @Test func runningAveragesAreWeightedByCount() throws {
    let model = try Model([batchNorm], inputShape: [2], dtype: .float64, pool: context.pool)
    model.initialize(seed: 1)
    let x = Tensor([1, 10, 3, 10, 5, 40, 7, 20], shape: [4, 2], dtype: .float64, pool: context.pool)
    var sums = Array(repeating: 0.0, count: model.store.bufferFlatCount)
    for range in [0..<3, 3..<4] {
      let statistics = Tensor(zeros: [model.store.bufferFlatCount], dtype: .float64, pool: context.pool)
      let tape = Tape(context: context)
      _ = model(
        tape.input(x.rows(range)), ForwardPass(tape: tape, mode: .training, statistics: statistics))
      sums = zip(sums, statistics.values).map(+)
    }
    model.store.updateRunningAverages(
      sums: Tensor(sums, shape: [sums.count], dtype: .float64, pool: context.pool), samples: 4)
    // Shards {1, 3, 5} and {7}: means 3 and 7, variances 4 (unbiased) and 0 (of a single row). Momentum 0.1.
    let mean: [Double] = [0.1 * 16 / 4, 0.1 * 80 / 4]
    let variance: [Double] = [0.9 + 0.1 * 12 / 4, 0.9 + 0.1 * 900 / 4]
    for (buffer, expected) in zip(model.store.buffers, [mean, variance]) {
      #expect(zip(buffer.value.values, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(buffer.path)")
    }
  }

  @Test func noSamplesLeaveRunningAveragesAlone() throws {
    let model = try Model([batchNorm], inputShape: [3], pool: context.pool)
    let before = model.store.bufferValues.values
    model.store.updateRunningAverages(sums: Tensor(zeros: [before.count], pool: context.pool), samples: 0)
    #expect(model.store.bufferValues.values == before)
  }
}
