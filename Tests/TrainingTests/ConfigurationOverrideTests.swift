import DataPipeline
import NeuralNetworks
import Testing

@testable import Training

@Suite struct ConfigurationOverrideTests {
  private let text = """
    data: {dataset: cifar10}
    model: {layers: [flatten, linear: 300, relu, linear: {outputs: 10, bias: false}]}
    schedule: {kind: constant, rate: 0.1}
    training: {steps: 100, shards: 4}
    """

  private func parse(_ overrides: String...) throws -> RunConfiguration {
    try RunConfiguration.parse(text: text, fileName: "run.yaml", overrides: overrides)
  }

  private func messages(_ overrides: String...) -> [String] {
    do {
      _ = try RunConfiguration.parse(text: text, fileName: "run.yaml", overrides: overrides)
      return []
    } catch {
      return error.issues.map(\.description)
    }
  }

  @Test func aValueIsReplaced() throws {
    var expected = try parse()
    expected.training.seed = 7
    expected.training.batchSize = 64
    #expect(try parse("training.seed=7", "training.batch_size=64") == expected)
  }

  @Test func theLastOneCounts() throws {
    #expect(try parse("training.seed=7", "training.seed=8").training.seed == 8)
  }

  @Test func aSectionThatIsNotThereIsMade() throws {
    let configuration = try parse("optimizer.momentum=0.9", "checkpoint.keep=5", "optimizer.nesterov=true")
    #expect(configuration.optimizer.momentum == 0.9)
    #expect(configuration.optimizer.nesterov)
    #expect(configuration.checkpoint.keep == 5)
  }

  @Test func aValueIsYAML() throws {
    let configuration = try parse(
      "data.augment=[flip, {shift: 2}]", "schedule={kind: cosine, rate: 1e-2}", "data.path=a=b", "training.shards=")
    #expect(configuration.data.augmentations == [.flip, .shift(2)])
    #expect(configuration.schedule.kind == .cosine(rate: 0.01, minimum: 0))
    #expect(configuration.data.path == "a=b")
    #expect(configuration.training.shards == nil)
  }

  @Test func anItemOfAListIsNamedByItsNumber() throws {
    let configuration = try parse("model.layers.1.linear=7", "model.layers.3.linear.bias=true", "model.layers.2=tanh")
    #expect(
      configuration.model
        == .layers([
          .flatten, .linear(outputs: 7, bias: true, initializer: .heNormal), .activation(.tanh),
          .linear(outputs: 10, bias: true, initializer: .heNormal),
        ]))
  }

  @Test func epochsTakeThePlaceOfSteps() throws {
    let configuration = try parse("training.epochs=3", "training.steps=null")
    #expect(configuration.training.epochs == 3)
    #expect(configuration.training.steps == nil)
  }

  @Test func mistakesNameTheOverride() {
    #expect(
      messages("training.batch_siz=3", "trainin.seed=3", "training.shards=two") == [
        "--set trainin.seed=3: unknown key 'trainin'; did you mean 'training'?",
        "--set training.batch_siz=3: unknown key 'batch_siz' in training; did you mean 'batch_size'?",
        "--set training.shards=two: training.shards: expected integer ≥ 1, found 'two'",
      ])
  }

  @Test(arguments: [
    ("training.seed", "an override is key=value; write --set training.batch_size=64"),
    ("=seven", "an override is key=value; write --set training.batch_size=64"),
    ("training..x=3", "'training..x' is not a path of keys"),
    ("model.layers.4=relu", "'4' is not an item of the list model.layers; its items are 0 to 3"),
    ("model.layers.x.y=7", "'x' is not an item of the list model.layers; its items are 0 to 3"),
    (
      "schedule.rate.x=7",
      "schedule.rate is the single value '0.1' and has no key 'x'; set schedule.rate itself, "
        + "for example schedule.rate={x: …}"
    ),
    (
      "training.epochs=3", "both training.steps and training.epochs are given; keep one, or set the other one to null"
    ),
    (
      "training.batch_size=3",
      "a batch of 3 cannot be cut into 4 shards; raise training.batch_size or lower training.shards"
    ),
  ])
  func aWrongOverride(override: String, message: String) {
    let found = messages(override)
    #expect(found.count == 1)
    #expect(found.first?.hasSuffix(message) == true, "\(found)")
  }
}
