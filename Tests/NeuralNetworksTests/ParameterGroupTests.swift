import Autograd
import Configuration
import Foundation
import Tensors
import TestSupport
import Testing

@testable import NeuralNetworks

/// Groups of parameters with rates, weight decay and L2 of their own, and frozen ones, in ten steps of a small network.
@Suite struct ParameterGroupTests {
  private static let goldens: [String: Golden] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return (try? Golden.load(folder.appendingPathComponent("Resources/parameter_groups.json"))) ?? [:]
  }()

  @Test func thereAreGoldens() { #expect(Self.goldens.count == 5) }

  @Test("the values of PyTorch's groups, its norms, and the penalties", arguments: goldens.keys.sorted())
  func agreesWithPyTorch(name: String) throws {
    let golden = try #require(Self.goldens[name])
    let (specification, rules) = try settings(name)
    let context = ExecutionContext()
    let pool = context.pool
    let model = try Model(
      [linear(6), .activation(.tanh), linear(5), relu, linear(3)], inputShape: [7], dtype: .float64, pool: pool,
      rules: rules)
    for parameter in model.store.parameters {
      parameter.value.copy(from: try golden.tensor("start:\(parameter.path)", pool: pool))
    }
    let optimizer = Optimizer(specification, store: model.store, rules: rules, pool: pool)
    let (x, labels) = (try golden.tensor("x", pool: pool), try golden.tensor("labels", dtype: .int32, pool: pool))
    let (norms, penalties) = (try golden.tensor("norms", pool: pool), try golden.tensor("penalties", pool: pool))
    let loss = Loss(.crossEntropy(), classes: 3)
    for step in 0..<10 {
      let pass = TrainingPass(model, x, labels: labels, loss: loss, context: context)
      let report = optimizer.step(
        step, gradients: pass.gradients, scale: 1 / 9, learningRate: 0.1 / Double(1 + step), report: true)
      #expect(abs(try #require(report.gradientNorm) - norms[step]) <= 1e-9)
      #expect(abs(try #require(report.penalty) - penalties[step]) <= 1e-9)
    }
    for parameter in model.store.parameters {
      let (start, end) = (
        try golden.tensor("start:\(parameter.path)", pool: pool),
        try golden.tensor("value:\(parameter.path)", pool: pool)
      )
      #expect(relativeDifference(parameter.value, end) <= 1e-8, "\(parameter.path)")
      #expect((start.values == end.values) == parameter.isFrozen, "\(parameter.path)")
      if parameter.isFrozen { #expect(parameter.value.values == start.values, "\(parameter.path)") }
    }
    for state in optimizer.state { #expect(state.value.count == model.store.flatCount) }
  }

  /// The optimiser and the rules that a case is named after.
  private func settings(_ text: String) throws -> (OptimizerSpecification, ParameterRules) {
    var reader = YAMLReader(fileName: "case")
    let read = reader.read(text)
    let entries = try #require(read?.entries)
    var context = DecodingContext()
    let specification = OptimizerSpecification.record.codec.decode(entries[0].value, "optimizer", &context)
    let rules = ParameterRule.codec.list("rules").decode(entries[1].value, "parameters", &context)
    try #require(context.issues.isEmpty && reader.issues.isEmpty, "\(context.issues) \(reader.issues)")
    return (try #require(specification), ParameterRules(try #require(rules)))
  }

  @Test("a later rule overrides an earlier one key by key")
  func order() throws {
    func rule(_ match: String, _ change: (inout ParameterRule) -> Void) throws -> ParameterRule {
      var rule = ParameterRule(try #require(PathPattern(match)))
      change(&rule)
      return rule
    }
    let rules = ParameterRules([
      try rule("*") { ($0.rate, $0.weightDecay) = (0.1, 0.2) },
      try rule("1.*") { ($0.rate, $0.freeze) = (0.5, true) },
      try rule("*.bias") { ($0.weightDecay, $0.freeze, $0.statistics) = (0, false, .keep) },
    ])
    var expected = ParameterTreatment(rate: 0.1, weightDecay: 0.2)
    #expect(rules.treatment(of: "0.weight") == expected)
    (expected.rate, expected.isFrozen) = (0.5, true)
    #expect(rules.treatment(of: "1.weight") == expected)
    (expected.weightDecay, expected.isFrozen, expected.statistics) = (0, false, .keep)
    #expect(rules.treatment(of: "1.bias") == expected)
    #expect(ParameterRules(rules.rules.reversed()).treatment(of: "1.bias").weightDecay == 0.2)
    #expect(ParameterRules().treatment(of: "0.weight") == ParameterTreatment())
  }

  @Test("neighbours with equal settings are one range; settings that change nothing split none")
  func ranges() throws {
    func counts(_ specification: OptimizerSpecification, _ rules: [ParameterRule]) throws -> Int {
      let model = try Model([linear(6), linear(5), linear(3)], inputShape: [7], pool: nil)
      return ParameterRange.ranges(of: model.store, specification, ParameterRules(rules)).count
    }
    var (decaying, all) = (OptimizerSpecification.sgd(), OptimizerSpecification.sgd())
    (decaying.weightDecay, all.weightDecay, all.regularize) = (0.1, 0.1, .all)
    #expect(try counts(decaying, []) == 6 && counts(all, []) == 1)
    var rule = ParameterRule(try #require(PathPattern("1.*")))
    rule.rate = 1
    #expect(try counts(all, [rule]) == 1)
    rule.rate = 2
    #expect(try counts(all, [rule]) == 3 && counts(decaying, [rule]) == 6)
  }
}
