import DataPipeline
import NeuralNetworks
import Testing

@testable import RunSettings

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
    #expect(configuration.optimizer == .sgd(momentum: 0.9, nesterov: true))
    #expect(configuration.checkpoint.keep == 5)
  }

  @Test func aValueIsYAML() throws {
    let configuration = try parse(
      "data.augment=[flip, {shift: 2}]", "schedule={kind: cosine, rate: 1e-2}", "data.path=a=b", "training.shards=")
    #expect(configuration.data.augmentations == [.flip, .shift(2)])
    #expect(configuration.schedule == .cosine(rate: 0.01, minimum: 0))
    #expect(configuration.data.path == "a=b")
    #expect(configuration.training.shards == nil)
  }

  @Test(
    "a value that is no list, mapping or text in quotes is taken whole",
    arguments: [
      "/x #3/y", "/x: y", "a: b # c", "#x", "[old] data", "{a} b", "\"a\" # b", "- x", "& y", "*z", "!t", "a\nb", "| x",
      "% y", "@z", "`q", "a ", "'", "null #", "5 % of a", "--- x",
    ])
  func aValueIsTakenWhole(path: String) throws {
    #expect(try parse("data.path=\(path)").data.path == path)
  }

  @Test("values with a meaning in YAML keep it")
  func whatYAMLReads() throws {
    #expect(try parse("data.path=\"a # b\"").data.path == "a # b")
    #expect(try parse("data.path='it''s'").data.path == "it's")
    #expect(try parse("data.path=null").data.path == nil && parse("data.path=~").data.path == nil)
    #expect(try parse("training.seed= 7 ").training.seed == 7)
    #expect(try parse("data= {dataset: cifar10, path: 'x #y'} ").data.path == "x #y")
    #expect(messages("training.seed=7 #8").count == 1)
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

  @Test("a key replaces those in the file that it excludes")
  func aKeyReplacesItsRivals() throws {
    let epochs = try parse("training.epochs=3")
    #expect((epochs.training.steps, epochs.training.epochs) == (nil, 3))
    #expect(try parse("training.epochs=3", "training.shards=2").training.steps == nil)
    func read(_ text: String, _ overrides: String...) throws -> RunConfiguration {
      try RunConfiguration.parse(text: text, overrides: overrides)
    }
    let mlp = "model: {architecture: mlp, hidden: [3]}\n"
    let steps = try read(mlp + "training: {epochs: 3}", "training.steps=7")
    #expect((steps.training.steps, steps.training.epochs) == (7, nil))
    let clipped = try read(mlp + "training: {epochs: 3}\noptimizer: {clip_norm: 1}", "optimizer.clip_value=2")
    #expect((clipped.optimizer.clipNorm, clipped.optimizer.clipValue) == (nil, 2))
    let layers = try read(mlp + "training: {epochs: 3}", "model.layers=[flatten, linear: classes]")
    #expect(layers.model == .layers([.flatten, .linear(outputs: nil, bias: true, initializer: .heNormal)]))
    let architecture = try parse("model.architecture=mlp", "model.hidden=[3]")
    #expect(architecture.model == .multilayerPerceptron(MultilayerPerceptron(hidden: [3])))
    let lines =
      "data: {dataset: labelled-text, path: x, validation: 0.1}\ntraining: {epochs: 1}\n"
      + "model: {layers: [embedding: 3, gru: {size: 3, last: true}, linear: classes]}"
    let validation = try read(lines, "data.validation_file=v.tsv").data
    #expect(validation.validation == nil && (validation.settings as? LabelledTextSettings)?.validationFile == "v.tsv")
  }

  @Test("two overrides that conflict stay a mistake; null replaces nothing")
  func rivalsOnTheCommandLine() throws {
    #expect(
      messages("training.epochs=3", "training.steps=4") == [
        "--set training.epochs=3: both training.steps and training.epochs are given; keep one, or set the other one to null"
      ])
    #expect(try parse("training.epochs=null").training.steps == 100)
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
