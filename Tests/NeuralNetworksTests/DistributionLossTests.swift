import Autograd
import Configuration
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Losses against distributions over the classes.
@Suite struct DistributionLossTests {
  private let context = ExecutionContext()

  private func goldens() throws -> CatalogueGoldens<LossSpecification> {
    try CatalogueGoldens("distribution_losses", LossSpecification.record)
  }

  @Test("each loss that takes distributions has a golden; the others say which do")
  func everyEntry() throws {
    let goldens = try goldens()
    for entry in LossCatalogue.entries {
      let loss = Loss(example(of: entry), classes: 3)
      let takesThem = loss.specification.settings.distributionSum != nil
      #expect(goldens.cases.contains { type(of: $0.specification.settings) == entry } == takesThem, "\(entry.name)")
      let tape = Tape(context: context, recording: false)
      let x = tape.input(Tensor(zeros: [2, 3], pool: context.pool))
      let distributions = Tensor([0.5, 0.5, 0, 0, 0, 1], shape: [2, 3], pool: context.pool)
      do throws(LossError) {
        _ = try loss(x, .distributions(distributions))
        #expect(takesThem)
      } catch {
        #expect(
          error.description
            == "loss.kind: \(entry.name) takes one class a sample, not a distribution over the classes (samples that are mixed); "
            + "use cross-entropy, symmetric_cross_entropy, binary-cross-entropy, mean-squared-error")
        #expect(!takesThem)
      }
    }
  }

  @Test(
    "values, gradients and weights against PyTorch, or the definition in it",
    arguments: [(DType.float64, 1e-9), (.float32, 2e-6)])
  func values(precision: (dtype: DType, tolerance: Double)) throws {
    let (dtype, tolerance) = precision
    for (name, specification, golden) in try goldens().cases {
      let tape = Tape(context: context)
      let x = tape.input(try golden.tensor("x", dtype: dtype, pool: context.pool), requiresGradient: true)
      let distributions = try golden.tensor("distributions", dtype: dtype, pool: context.pool)
      let result = try Loss(specification, classes: 3)(x, .distributions(distributions))
      let sum = try golden.number("sum")
      #expect(abs(result.value - sum) <= tolerance * sum, "\(name): \(result.value), not \(sum)")
      #expect(abs(result.weight - (try golden.number("weight"))) <= tolerance * result.weight, "\(name)")
      #expect(Double(result.correct) == (try golden.number("correct")), "\(name)")
      tape.backward(from: result.sum)
      let expected = try golden.tensor("gradient", dtype: dtype, pool: context.pool)
      #expect(relativeDifference(try #require(x.gradient), expected) <= tolerance, "\(name)")
    }
  }

  @Test("gradients against differences")
  func gradients() throws {
    for (name, specification, golden) in try goldens().cases {
      let distributions = try golden.tensor("distributions", pool: context.pool)
      let loss = Loss(specification, classes: 3)
      let x = try golden.tensor("x", pool: context.pool)
      let check = GradientCheck.of([x], pool: context.pool) { _, inputs in
        guard let result = try? loss(inputs[0], .distributions(distributions)) else {
          preconditionFailure("\(name) takes no distributions")
        }
        return result.sum
      }
      #expect(check.compared == 33 && check.largestError <= 1e-6, "\(name): \(check.worst)")
    }
  }

  private struct Found: Equatable {
    var value: Double
    var weight: Double
    var correct: Int
    var gradient: [Double]
  }

  private func found(_ loss: Loss, _ x: Tensor, _ targets: LossTargets) throws -> Found {
    let tape = Tape(context: context)
    let output = tape.input(x, requiresGradient: true)
    let result = try loss(output, targets)
    tape.backward(from: result.sum)
    return Found(
      value: result.value, weight: result.weight, correct: result.correct,
      gradient: try #require(output.gradient).values)
  }

  @Test("a distribution that is one class gives what its label gives", arguments: [DType.float64, .float32])
  func oneClass(dtype: DType) throws {
    let golden = try #require(try goldens().cases.first).golden
    let x = try golden.tensor("x", dtype: dtype, pool: context.pool)
    let labels = (0..<11).map { $0 * 7 % 3 }
    let hot = labels.flatMap { label in (0..<3).map { $0 == label ? 1.0 : 0 } }
    let distributions = LossTargets.distributions(Tensor(hot, shape: [11, 3], dtype: dtype, pool: context.pool))
    let classes = LossTargets.labels(
      Tensor(labels.map { Double($0) }, shape: [11], dtype: .int32, pool: context.pool))
    for (name, specification, _) in try goldens().cases {
      let loss = Loss(specification, classes: 3)
      let (one, other) = (try found(loss, x, classes), try found(loss, x, distributions))
      let isExact = loss.classWeights == nil && !name.contains("symmetric")
      if isExact {
        #expect(one == other, "\(name)")
      } else {
        let tolerance = dtype == .float64 ? 1e-12 : 1e-6
        #expect(abs(one.value - other.value) <= tolerance * one.value, "\(name)")
        #expect(one.weight == other.weight && one.correct == other.correct, "\(name)")
        #expect(zip(one.gradient, other.gradient).allSatisfy { abs($0 - $1) <= 2 * tolerance }, "\(name)")
      }
    }
    // Label smoothing alone.
    let smoothed = Loss(.crossEntropy(labelSmoothing: 0.3), classes: 3)
    #expect(try found(smoothed, x, classes) == found(smoothed, x, distributions))
  }

  @Test("cross-entropy of a mixture is the mixture of cross-entropies, smoothed and weighted")
  func mixture() throws {
    let golden = try #require(try goldens().cases.first).golden
    let x = try golden.tensor("x", pool: context.pool)
    let loss = Loss(.crossEntropy(labelSmoothing: 0.1, classWeights: .explicit([1, 0.5, 2])), classes: 3)
    func distributions(_ share: Double) -> LossTargets {
      var values = [Double](repeating: 0, count: 33)
      for row in 0..<11 {
        values[3 * row + row % 3] += share
        values[3 * row + 1] += 1 - share
      }
      return .distributions(Tensor(values, shape: [11, 3], dtype: .float64, pool: context.pool))
    }
    let (own, other) = (try found(loss, x, distributions(1)), try found(loss, x, distributions(0)))
    let mixed = try found(loss, x, distributions(0.3))
    #expect(abs(mixed.value - (0.3 * own.value + 0.7 * other.value)) <= 1e-12 * mixed.value)
    #expect(abs(mixed.weight - (0.3 * own.weight + 0.7 * other.weight)) <= 1e-12 * mixed.weight)
    for (index, slope) in mixed.gradient.enumerated() {
      #expect(abs(slope - (0.3 * own.gradient[index] + 0.7 * other.gradient[index])) <= 1e-12)
    }
  }

  @Test("rows of zeros are left out of losses over a softmax, and time steps are rows of their own")
  func shapes() throws {
    for specification in [LossSpecification.crossEntropy(labelSmoothing: 0.1), .symmetricCrossEntropy()] {
      let loss = Loss(specification, classes: 3)
      let values = [1.0, 2, 3, -1, 0, 4, 2, 2, 1, 0, 1, 5]
      let shares = [0.2, 0.3, 0.5, 0, 0, 0, 0, 1, 0, 0.5, 0.25, 0.25]
      func made(_ values: [Double], _ shape: [Int]) -> Tensor {
        Tensor(values, shape: shape, dtype: .float64, pool: context.pool)
      }
      let whole = try found(loss, made(values, [4, 3]), .distributions(made(shares, [4, 3])))
      #expect(whole.weight == 3 && whole.gradient[3..<6] == [0, 0, 0])
      let timed = try found(loss, made(values, [2, 2, 3]), .distributions(made(shares, [2, 2, 3])))
      #expect(timed == whole)
    }
  }
}
