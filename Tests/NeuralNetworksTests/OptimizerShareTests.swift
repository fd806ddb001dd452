import Autograd
import Configuration
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Optimisers that share weights and state, each with elements of its own, do together what one does alone.
@Suite struct OptimizerShareTests {
  private static let specifications: [String: OptimizerSpecification] = {
    var (plain, sgd, adam, clipped) = (
      OptimizerSpecification.sgd(), OptimizerSpecification.sgd(momentum: 0.9, nesterov: true),
      OptimizerSpecification.adamW(), OptimizerSpecification.adam()
    )
    (sgd.weightDecay, sgd.clipNorm) = (0.1, 0.5)
    (plain.l2, plain.clipNorm) = (0.1, 0.5)
    (adam.weightDecay, adam.clipNorm, adam.l2) = (0.2, 0.5, 0.1)
    (clipped.clipValue, clipped.l2) = (0.05, 0.1)
    var grouped = OptimizerSpecification.adamW()
    (grouped.weightDecay, grouped.clipNorm) = (0.2, 0.5)
    var (normed, clippedNormed) = (OptimizerSpecification.lars(trust: 0.1), OptimizerSpecification.lars(trust: 0.1))
    (normed.weightDecay, normed.l2, normed.clipNorm) = (0.1, 0.2, 0.5)
    (clippedNormed.l2, clippedNormed.clipValue) = (0.1, 0.05)
    var all = [
      "normed": normed, "clipped and normed": clippedNormed, "plain": plain, "sgd": sgd, "adam": adam,
      "clipped": clipped, "grouped": grouped,
    ]
    for entry in OptimizerCatalogue.entries {
      all["example of \(entry.name)"] = example(of: entry)
      all["example of \(entry.name)"]?.weightDecay = 0.2
    }
    return all
  }()

  /// L2 that rules alone ask for, a factor of the rate, and a layer in between that is frozen.
  private static func groups() throws -> ParameterRules {
    var (bias, frozen) = (
      ParameterRule(try #require(PathPattern("*.bias"))), ParameterRule(try #require(PathPattern("2.*")))
    )
    (bias.l2, bias.rate, frozen.freeze) = (0.1, 0.5, true)
    return ParameterRules([bias, frozen])
  }

  /// Regularised ranges and others alternate; elements end inside of them, and one optimiser has two of them.
  @Test(arguments: specifications.keys.sorted(), [false, true])
  func partsMakeTheWhole(name: String, report: Bool) throws {
    let specification = try #require(Self.specifications[name])
    let rules = name == "grouped" ? try Self.groups() : ParameterRules()
    let pool = StoragePool()
    let layers = [linear(5), batchNorm, linear(3, bias: false), linear(2)]
    let models = try (0..<2).map { _ in try Model(layers, inputShape: [7], pool: pool, rules: rules) }
    let (store, common) = (models[0].store, models[1].store)
    randomizeParameters(of: models[0])
    common.values.copy(from: store.values)
    let alone = Optimizer(specification, store: store, rules: rules, pool: pool)
    let state = alone.state.map { _ in Tensor(zeros: [common.flatCount], pool: pool) }
    let cuts = [0, 17, 64, common.flatCount]
    let shares = [[cuts[0]..<cuts[1], cuts[2]..<cuts[3]], [cuts[1]..<cuts[2]]]
    let parts = shares.map {
      Optimizer(
        specification, store: common, rules: rules, pool: pool, share: OptimizerShare(state: state, elements: $0))
    }
    let gradients = Tensor(zeros: [store.flatCount], pool: pool)
    var random = TestRandom(seed: 8)
    for step in 0..<3 {
      for parameter in store.trainable {
        parameter.view(of: gradients).copy(from: random.tensor(parameter.shape, dtype: .float32, pool: pool))
      }
      let whole = alone.step(step, gradients: gradients, scale: 0.1, learningRate: 0.1, report: report)
      // The second one takes its turn when the first one is about to write, or after it if that reads nothing of others.
      var reports: [OptimizerReport] = []
      var hasWaited = false
      func second() {
        reports.append(parts[1].step(step, gradients: gradients, scale: 0.1, learningRate: 0.1, report: report))
      }
      reports.append(
        parts[0].step(step, gradients: gradients, scale: 0.1, learningRate: 0.1, report: report) {
          hasWaited = true
          second()
        })
      if !hasWaited { second() }
      let readsPenalty = (specification.l2 != 0 || name == "grouped") && (report || specification.clipNorm != nil)
      #expect(hasWaited == (readsPenalty || specification.settings is any NormedOptimizerSettings))
      #expect(reports == [whole, whole])
      #expect(common.values.values == store.values.values, "after step \(step)")
      for (shared, own) in zip(state, alone.state) { #expect(shared.values == own.value.values, "after step \(step)") }
    }
    #expect(parts.allSatisfy { $0.state.map(\.name) == alone.state.map(\.name) })
  }
}
