import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Every optimiser of the catalogue.
@Suite struct OptimizerCatalogueTests {
  private let pool = StoragePool()

  @Test("each has a golden")
  func everyEntryHasAGolden() throws {
    let goldens = try CatalogueGoldens("optimizers", OptimizerSpecification.record)
    for entry in OptimizerCatalogue.entries {
      #expect(goldens.cases.contains { type(of: $0.specification.settings) == entry }, "\(entry.name)")
    }
  }

  @Test("50 steps against PyTorch's, and the state after them", arguments: [(DType.float64, 1e-9), (.float32, 2e-5)])
  func trajectories(precision: (dtype: DType, tolerance: Double)) throws {
    let goldens = try CatalogueGoldens("optimizers", OptimizerSpecification.record)
    let inputs = try #require(goldens.others["gradients"])
    for (name, specification, golden) in goldens.cases {
      try expectAgreement(name, specification, golden, inputs, precision.dtype, precision.tolerance)
    }
  }

  private func expectAgreement(
    _ name: String, _ specification: OptimizerSpecification, _ golden: Golden, _ inputs: Golden, _ dtype: DType,
    _ tolerance: Double
  ) throws {
    let model = try Model([linear(3)], inputShape: [5], dtype: dtype, pool: pool)
    let optimizer = Optimizer(specification, store: model.store, pool: pool)
    let gradients = Tensor(zeros: [model.store.flatCount], dtype: dtype, pool: pool)
    let parameters = try ["weight", "bias"].enumerated().map { index, key in
      let parameter = model.store.parameters[index]
      parameter.value.copy(from: try inputs.tensor("start_\(key)", dtype: dtype, pool: pool))
      return (
        key, parameter, try inputs.tensor(key, dtype: dtype, pool: pool),
        try golden.tensor(key, dtype: dtype, pool: pool)
      )
    }
    for step in 0..<50 {
      for (_, parameter, given, _) in parameters {
        parameter.view(of: gradients).copy(from: given.rows(step..<step + 1).reshaped(parameter.shape))
      }
      _ = optimizer.step(
        step, gradients: gradients, scale: 0.25, learningRate: 0.1 / Double(1 + step), report: false)
      guard step % 10 == 9 else { continue }
      for (key, parameter, _, expected) in parameters {
        let found = relativeDifference(
          parameter.value, expected.rows(step / 10..<step / 10 + 1).reshaped(parameter.shape))
        #expect(found <= tolerance, "\(name): \(key) after step \(step)")
      }
    }
    for state in optimizer.state {
      for (key, parameter, _, _) in parameters {
        let expected = try golden.tensor("state:\(state.name):\(key)", dtype: dtype, pool: pool)
        #expect(relativeDifference(parameter.view(of: state.value), expected) <= tolerance, "\(name): \(state.name)")
      }
    }
  }

  @Test("elements without a gradient stay as they are, such as the padding of the flat buffers")
  func zerosStayZeros() throws {
    for entry in OptimizerCatalogue.entries {
      let model = try Model([linear(3)], inputShape: [5], pool: pool)
      let optimizer = Optimizer(example(of: entry), store: model.store, pool: pool)
      let gradients = Tensor(zeros: [model.store.flatCount], pool: pool)
      for step in 0..<3 {
        _ = optimizer.step(step, gradients: gradients, scale: 1, learningRate: 1, report: false)
      }
      #expect(model.store.values.values.allSatisfy { $0 == 0 }, "\(entry.name)")
    }
  }

  @Test("a gradient that is not finite reaches the weights, and by them the loss", arguments: [Float.nan, .infinity])
  func faults(value: Float) throws {
    for entry in OptimizerCatalogue.entries {
      let model = try Model([linear(3)], inputShape: [5], pool: pool)
      let optimizer = Optimizer(example(of: entry), store: model.store, pool: pool)
      let gradients = Tensor(zeros: [model.store.flatCount], pool: pool)
      gradients.floats[0] = value
      for step in 0..<2 {
        _ = optimizer.step(step, gradients: gradients, scale: 1, learningRate: 1, report: false)
      }
      #expect(!model.store.values.floats[0].isFinite, "\(entry.name)")
    }
  }

  /// Averages of equal gradients differ by rounding alone: a variance must not come out below zero.
  @Test func centredAveragesOfEqualGradients() throws {
    let model = try Model([linear(3)], inputShape: [5], pool: pool)
    let optimizer = Optimizer(.rmsProp(alpha: 0.5, centered: true), store: model.store, pool: pool)
    let gradients = Tensor(zeros: [model.store.flatCount], pool: pool)
    for (index, value) in gradients.floats.indices.enumerated() { gradients.floats[index] = 0.1 * Float(value + 1) }
    for step in 0..<100 {
      _ = optimizer.step(step, gradients: gradients, scale: 1, learningRate: 1e-9, report: false)
    }
    #expect(model.store.values.values.allSatisfy { $0.isFinite })
  }
}

/// The example of a kind, as an optimiser of its own.
func example<Settings: OptimizerSettings>(of _: Settings.Type) -> OptimizerSpecification {
  OptimizerSpecification(Settings.form.example)
}
