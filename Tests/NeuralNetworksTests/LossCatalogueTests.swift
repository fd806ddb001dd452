import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Every loss of the catalogue.
@Suite struct LossCatalogueTests {
  private let context = ExecutionContext()

  @Test("each has a golden")
  func everyEntryHasAGolden() throws {
    let goldens = try CatalogueGoldens("losses", LossSpecification.record)
    for entry in LossCatalogue.entries {
      #expect(goldens.cases.contains { type(of: $0.specification.settings) == entry }, "\(entry.name)")
    }
  }

  @Test(
    "values, gradients and weights against PyTorch, or the paper's formula in it",
    arguments: [(DType.float64, 1e-9), (.float32, 2e-6)])
  func values(precision: (dtype: DType, tolerance: Double)) throws {
    let (dtype, tolerance) = precision
    for (name, specification, golden) in try CatalogueGoldens("losses", LossSpecification.record).cases {
      let tape = Tape(context: context)
      let x = tape.input(try golden.tensor("x", dtype: dtype, pool: context.pool), requiresGradient: true)
      let result = Loss(specification, classes: 3)(
        x, labels: try golden.tensor("labels", dtype: .int32, pool: context.pool))
      let sum = try golden.number("sum")
      #expect(abs(result.value - sum) <= tolerance * sum, "\(name): \(result.value), not \(sum)")
      #expect(result.weight == (try golden.number("weight")), "\(name)")
      #expect(Double(result.correct) == (try golden.number("correct")), "\(name)")
      tape.backward(from: result.sum)
      let expected = try golden.tensor("gradient", dtype: dtype, pool: context.pool)
      #expect(relativeDifference(try #require(x.gradient), expected) <= tolerance, "\(name)")
    }
  }

  @Test("gradients against differences")
  func gradients() throws {
    for (name, specification, golden) in try CatalogueGoldens("losses", LossSpecification.record).cases {
      let labels = try golden.tensor("labels", dtype: .int32, pool: context.pool)
      let check = GradientCheck.of([try golden.tensor("x", pool: context.pool)], pool: context.pool) { _, inputs in
        Loss(specification, classes: 3)(inputs[0], labels: labels).sum
      }
      #expect(check.compared == 33 && check.largestError <= 1e-6, "\(name): \(check.worst)")
    }
  }

  @Test("a class that is certain, right or wrong, gives finite numbers", arguments: [0, 0.5, 1, 2])
  func certainty(gamma: Double) throws {
    for specification in [LossSpecification.focal(gamma: gamma), .symmetricCrossEntropy()] {
      let tape = Tape(context: context)
      let logits = Tensor([1e4, -1e4, 1e4, -1e4], shape: [2, 2], pool: context.pool)
      let x = tape.input(logits, requiresGradient: true)
      let result = Loss(specification, classes: 2)(
        x, labels: Tensor([0, 1], shape: [2], dtype: .int32, pool: context.pool))
      tape.backward(from: result.sum)
      let gradient = try #require(x.gradient).values
      let slope = specification == .symmetricCrossEntropy() ? 0.1 : 1
      #expect(abs(result.value - (specification == .symmetricCrossEntropy() ? 2004 : 2e4)) <= 1e-3)
      #expect(zip(gradient, [0, 0, slope, -slope]).allSatisfy { abs($0 - $1) <= 1e-6 }, "\(gradient)")
    }
  }

  /// A text's padding.
  @Test func rowsWithoutALabelCountForNothing() throws {
    for entry in LossCatalogue.entries where example(of: entry).outputs == .logits {
      let loss = Loss(example(of: entry), classes: 3)
      func result(_ rows: Range<Int>) throws -> (LossResult, [Double]) {
        let tape = Tape(context: context)
        let logits = Tensor([1, 2, 3, -1, 0, 4, 2, 2, 1], shape: [3, 3], dtype: .float64, pool: context.pool)
        let labels = Tensor([0, 2, -1], shape: [3], dtype: .int32, pool: context.pool)
        let x = tape.input(logits.rows(rows), requiresGradient: true)
        let result = loss(x, labels: labels.rows(rows))
        tape.backward(from: result.sum)
        return (result, try #require(x.gradient).values)
      }
      let (two, three) = (try result(0..<2), try result(0..<3))
      #expect(two.0.value == three.0.value && two.0.weight == three.0.weight && two.0.correct == three.0.correct)
      #expect(two.1 + [0, 0, 0] == three.1, "\(entry.name)")
    }
  }
}

/// The example of a kind, as a loss of its own.
func example<Settings: LossSettings>(of _: Settings.Type) -> LossSpecification {
  LossSpecification(Settings.form.example)
}
