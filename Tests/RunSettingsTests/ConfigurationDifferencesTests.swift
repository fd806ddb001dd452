import NeuralNetworks
import Testing

@testable import RunSettings

@Suite struct ConfigurationDifferencesTests {
  private let base = """
    model: {layers: [flatten, linear: 30, relu, linear: 10]}
    training: {steps: 100, shards: 4}
    """

  private func differences(_ overrides: String...) throws -> [ConfigurationDifference] {
    let old = try RunConfiguration.parse(text: base, fileName: "old.yaml")
    return try RunConfiguration.parse(text: base, fileName: "new.yaml", overrides: overrides).differences(from: old)
  }

  @Test func equalConfigurationsHaveNone() throws {
    #expect(try differences().isEmpty)
    #expect(try differences("training.batch_size=1e2", "optimizer=sgd").isEmpty)
  }

  @Test func theyAreListedInTheOrderOfTheFile() throws {
    let found = try differences(
      "training.seed=2", "data.augment=[flip, {shift: 1}]", "schedule={kind: step, rate: 0.01, every: 5}")
    #expect(
      found.map(\.description) == [
        "data.augment: [] → [{flip: random}, {shift: {pixels: 1, mode: zero}}]",
        "schedule.kind: constant → step",
        "schedule.gamma: not there → 0.1",
        "schedule.every: not there → 5",
        "training.seed: 1 → 2",
      ])
  }

  @Test func aChangedLayerIsNamed() throws {
    #expect(
      try differences("model.layers.1.linear=31", "model.layers.2=tanh").map(\.description) == [
        "model.layers.1.linear.outputs: 30 → 31", "model.layers.2: relu → tanh",
      ])
    #expect(
      try differences("model.layers=[flatten, linear: 30, relu]").map(\.path) == [
        "model.layers.3.linear.outputs", "model.layers.3.linear.bias", "model.layers.3.linear.initializer",
      ])
  }

  @Test func ofAnotherModelTheFirstFewAreListed() throws {
    let few = try differences("model.layers.1.linear=31", "training.seed=2")
    #expect(few.lines == few.map(\.description))
    let many = try differences(
      "model={architecture: mlp, hidden: [5, 4], batch_norm: true, dropout: 0.1}", "training.seed=2")
    let ofModel = many.filter { $0.path.hasPrefix("model.") }
    #expect(ofModel.count > 7)
    #expect(
      many.lines == ["training.seed: 1 → 2"] + ofModel.prefix(6).map(\.description)
        + ["model: \(ofModel.count - 6) more settings"])
  }

  @Test(arguments: [
    "training.steps=200", "evaluation.every_steps=7", "evaluation.block_size=9", "checkpoint.keep=9",
    "checkpoint.best=false", "logging.every_steps=1", "data.path=elsewhere",
    "data.evaluation_transforms=[{center_crop: 28}]",
  ])
  func whatCannotChangeThePastMayDifferOnResume(override: String) throws {
    let found = try differences(override)
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { $0.onResume == .allowed }, "\(found)")
  }

  @Test(arguments: [
    "training.batch_size=50", "training.seed=3", "training.shards=2", "training.drop_last=true",
    "model.layers.1.linear=31", "data.normalize=none",
  ])
  func everythingElseIsRefused(override: String) throws {
    let found = try differences(override)
    #expect(found.contains { $0.onResume == .refused }, "\(found)")
  }

  @Test(arguments: [
    "loss=mean-squared-error", "loss={label_smoothing: 0.1}", "optimizer.momentum=0.5", "optimizer=adam",
    "schedule.rate=0.2", "schedule={kind: cosine, rate: 0.1}", "parameters=[{match: '*', rate: 0.5}]",
    "data.augment=[flip]",
  ])
  func theRestMayLearnDifferently(override: String) throws {
    let found = try differences(override)
    #expect(!found.isEmpty && found.allSatisfy { $0.onResume == .continues }, "\(found)")
  }

  /// Where evaluations decide when the run ends, they belong to the past; more patience would not have ended it before.
  @Test func evaluationsSteerARunThatMayStopEarly() throws {
    let base = base + "\ndata: {validation: 100}"
    func verdicts(_ old: [String], _ new: [String]) throws -> [ConfigurationDifference.OnResume] {
      let before = try RunConfiguration.parse(text: base, fileName: "old.yaml", overrides: old)
      let after = try RunConfiguration.parse(text: base, fileName: "new.yaml", overrides: new)
      return after.differences(from: before).map(\.onResume)
    }
    let stopping = "training.early_stopping={patience: 3}"
    #expect(try verdicts([stopping], [stopping, "training.early_stopping.patience=4"]) == [.allowed])
    #expect(try verdicts([stopping], [stopping, "training.early_stopping.patience=2"]) == [.continues])
    #expect(try verdicts([stopping], [stopping, "training.early_stopping.metric=accuracy"]) == [.continues])
    #expect(try verdicts([stopping], [stopping, "training.early_stopping.min_delta=0.1"]) == [.continues])
    #expect(try verdicts([stopping], [stopping, "evaluation.every_epochs=2"]) == [.continues])
    #expect(try verdicts([stopping], [stopping, "evaluation.block_size=9"]) == [.continues])
    let crop = "data.evaluation_transforms=[{center_crop: 28}]"
    #expect(try verdicts([stopping], [stopping, crop]) == [.continues])
    #expect(try verdicts([stopping], [stopping, "evaluation.at_end=false"]) == [.allowed])
    #expect(try verdicts([stopping], [stopping, "training.steps=300"]) == [.allowed])
    #expect(try verdicts([], [stopping]).contains(.continues))
    #expect(try verdicts([stopping], []).contains(.continues))
    let plateau = "schedule={kind: plateau}"
    #expect(try verdicts([plateau], [plateau, "evaluation.every_epochs=2"]) == [.continues])
    #expect(try verdicts([plateau], [plateau, "schedule.patience=11"]) == [.continues])
    #expect(try verdicts([plateau], [plateau, "training.steps=300"]) == [.allowed])
  }

  @Test("several configurations: each setting that is not the same in all, and nil where there is none")
  func amongSeveral() throws {
    func configuration(_ overrides: String...) throws -> RunConfiguration {
      try RunConfiguration.parse(text: base, fileName: "a.yaml", overrides: overrides)
    }
    let several = try [
      configuration("training.seed=2"), nil, configuration("schedule={kind: step, rate: 0.1, every: 5}"),
      configuration(),
    ]
    let found = RunConfiguration.differences(among: several)
    #expect(found.map(\.path).contains("schedule.every") && !found.map(\.path).contains("training.steps"))
    let values = Dictionary(uniqueKeysWithValues: found.map { ($0.path, $0.values) })
    #expect(values["training.seed"] == ["2", nil, "1", "1"] && values["schedule.every"] == [nil, nil, "5", nil])
    #expect(RunConfiguration.differences(among: [nil, several[0], several[0]]).isEmpty)
    #expect(RunConfiguration.differences(among: []).isEmpty)
  }

  @Test func otherThreadsChangeTheBits() throws {
    #expect(try differences("training.overlap=false").map(\.onResume) == [.allowed])
    #expect(try differences("training.share_weights=true").map(\.onResume) == [.allowed])
    #expect(try differences("training.blas_threads=2").map(\.onResume) == [.changesBits])
  }
}
