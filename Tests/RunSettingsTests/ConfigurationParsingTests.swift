import Configuration
import DataPipeline
import NeuralNetworks
import Testing

@testable import RunSettings

@Suite struct ConfigurationParsingTests {
  private func parse(_ text: String, _ overrides: [String] = []) throws -> RunConfiguration {
    try RunConfiguration.parse(text: text, fileName: "run.yaml", overrides: overrides)
  }

  private func layers(_ text: String) throws -> [LayerSpecification] {
    let configuration = try parse("data: {dataset: idx}\nmodel: {layers: \(text)}\ntraining: {epochs: 1}")
    guard let layers = configuration.model.layerList else { return [] }
    return layers
  }

  @Test func theSmallestConfigurationHasDefaults() throws {
    let configuration = try parse("model: {architecture: mlp, hidden: [7]}\ntraining: {epochs: 2}")
    var expected = RunConfiguration(model: .multilayerPerceptron(MultilayerPerceptron(hidden: [7])))
    expected.training.epochs = 2
    #expect(configuration == expected)
    #expect(configuration.data.name == "mnist-5k")
    #expect(configuration.training.totalSteps(stepsPerEpoch: 40) == 80)
  }

  @Test func everyLayerIsRead() throws {
    var convolution = Convolution2D.Settings(filters: 40, kernel: Extent(4))
    convolution.stride = Extent(4)
    var full = Convolution2D.Settings(filters: 6, kernel: Extent(height: 3, width: 5))
    full.stride = Extent(height: 2, width: 1)
    full.padding = .symmetric(Extent(height: 1, width: 2))
    full.dilation = Extent(2)
    full.groups = nil
    full.bias = false
    full.initializer = .normal(standardDeviation: 0.01)
    var norm = BatchNorm.Settings()
    norm.momentum = 0.2
    norm.epsilon = 1e-3
    var pool = ImagePool.Window(kernel: Extent(3), stride: Extent(2))
    pool.padding = .same
    var rnn = Recurrent.Settings(.rnnReLU, size: 5)
    rnn.layers = 2
    var gru = Recurrent.Settings(.gru, size: 7)
    (gru.bidirectional, gru.dropout, gru.last) = (true, 0.5, true)

    let text = """
      [conv: {filters: 40, kernel: 4, stride: 4},
       conv: {filters: 6, kernel: [3, 5], stride: [2, 1], padding: [1, 2], dilation: 2, groups: depthwise, bias: false,
              initializer: {normal: 0.01}},
       relu, leaky_relu, leaky_relu: 0.1, leaky_relu: {slope: 0.2}, sigmoid, tanh, gelu, gelu_tanh, silu,
       batch_norm, batch_norm: {momentum: 0.2, epsilon: 1e-3},
       max_pool: 2, max_pool: [2, 3], average_pool: {kernel: 3, stride: 2, padding: same}, global_average_pool,
       dropout, dropout: 0.3, flatten, relu: {}, linear: 300, linear: {outputs: 5, bias: false, initializer: zeros},
       residual: [relu], residual: {body: [linear: 3, relu], shortcut: [linear: 3]},
       parallel: [[relu], [tanh, {linear: 2}], []],
       embedding: 16, embedding: {vocabulary: 80, width: 100, deviation: 0.02}, lstm: 512, rnn: 3,
       rnn: {size: 5, activation: relu, layers: 2}, gru: {size: 7, bidirectional: true, dropout: 0.5, last: true}]
      """
    #expect(
      try layers(text) == [
        .convolution(convolution), .convolution(full), .activation(.relu), .activation(.leakyReLU(slope: 0.01)),
        .activation(.leakyReLU(slope: 0.1)), .activation(.leakyReLU(slope: 0.2)), .activation(.sigmoid),
        .activation(.tanh), .activation(.gelu), .activation(.geluTanh), .activation(.silu),
        .batchNorm(BatchNorm.Settings()), .batchNorm(norm), .maxPool(ImagePool.Window(kernel: Extent(2))),
        .maxPool(ImagePool.Window(kernel: Extent(height: 2, width: 3))), .averagePool(pool), .globalAveragePool,
        .dropout(rate: 0.5), .dropout(rate: 0.3), .flatten, .activation(.relu),
        .linear(outputs: 300, bias: true, initializer: .heNormal),
        .linear(outputs: 5, bias: false, initializer: .zeros),
        .residual(body: [.activation(.relu)], shortcut: []),
        .residual(
          body: [.linear(outputs: 3, bias: true, initializer: .heNormal), .activation(.relu)],
          shortcut: [.linear(outputs: 3, bias: true, initializer: .heNormal)]),
        .parallel(branches: [
          [.activation(.relu)],
          [.activation(.tanh), .linear(outputs: 2, bias: true, initializer: .heNormal)], [],
        ]),
        .embedding(Embedding.Settings(width: 16)),
        .embedding(Embedding.Settings(vocabulary: 80, width: 100, standardDeviation: 0.02)),
        .recurrent(Recurrent.Settings(.lstm, size: 512)), .recurrent(Recurrent.Settings(.rnnTanh, size: 3)),
        .recurrent(rnn), .recurrent(gru),
      ])
  }

  @Test func outputsMayComeFromTheData() throws {
    let expected = LayerSpecification.linear(outputs: nil, bias: true, initializer: .heNormal)
    #expect(try layers("[linear: classes, linear: {outputs: classes, bias: true}]") == [expected, expected])
    let error = #expect(throws: ConfigurationError.self) { try layers("[linear: clases]") }
    #expect(error.map { "\($0)" }?.contains("integer ≥ 1 or classes") == true)
    #expect(error.map { "\($0)" }?.contains("did you mean 'classes'?") == true)
  }

  @Test func layersMayStandInABlock() throws {
    let configuration = try parse(
      """
      model:
        layers:
          - conv:
              filters: 8
              kernel: 3
              padding: same
          - relu
          - flatten
          - linear: 10
      training:
        steps: 5
      """)
    var convolution = Convolution2D.Settings(filters: 8, kernel: Extent(3))
    convolution.padding = .same
    let expected: [LayerSpecification] = [
      .convolution(convolution), .activation(.relu), .flatten,
      .linear(outputs: 10, bias: true, initializer: .heNormal),
    ]
    #expect(configuration.model == .layers(expected))
  }

  @Test(arguments: [
    ("he_normal", Initializer.heNormal), ("he_uniform", .heUniform), ("xavier_normal", .xavierNormal),
    ("xavier_uniform", .xavierUniform), ("lecun_normal", .lecunNormal), ("lecun_uniform", .lecunUniform),
    ("zeros", .zeros), ("{normal: 1e-2}", .normal(standardDeviation: 0.01)),
    ("{fan_in: 0.5}", .scaledNormal(gain: 0.5)),
  ])
  func initializersAreRead(text: String, initializer: Initializer) throws {
    #expect(
      try layers("[linear: {outputs: 3, initializer: \(text)}]")
        == [.linear(outputs: 3, bias: true, initializer: initializer)])
  }

  @Test func numbersMayBeWrittenAsPeopleDo() throws {
    let configuration = try parse(
      """
      model: {architecture: mlp, hidden: []}
      optimizer: {l2: 1e-5, momentum: .9, weight_decay: 5E-4}
      schedule: {rate: 1}
      training: {steps: 5e4, batch_size: 1_000, seed: 18446744073709551615}
      """)
    #expect(configuration.optimizer.l2 == 1e-5)
    #expect((configuration.optimizer.settings as? SGD)?.momentum == 0.9)
    #expect(configuration.optimizer.weightDecay == 5e-4)
    #expect(configuration.schedule == .constant(rate: 1))
    #expect(configuration.training.steps == 50_000)
    #expect(configuration.training.batchSize == 1000)
    #expect(configuration.training.seed == .max)
  }

  @Test func aWordDoesForASectionThatItChooses() throws {
    let configuration = try parse(
      "data: cifar100\nmodel: {architecture: resnet}\nloss: mean-squared-error\noptimizer: sgd\ntraining: {epochs: 1}")
    #expect(configuration.data.name == "cifar100")
    #expect(configuration.loss == .meanSquaredError)
    #expect(configuration.model == .residualNetwork(ResidualNetwork(widths: [16, 32, 64], blocks: 3)))
  }

  @Test func nullIsNotGiven() throws {
    let configuration = try parse(
      "model: {architecture: mlp, hidden: []}\ntraining: {steps: 9, epochs: null, shards: ~}\nevaluation:\nlogging: {}")
    #expect(configuration.training.epochs == nil)
    #expect(configuration.training.shards == nil)
    #expect(configuration.evaluation == EvaluationSettings())
  }

  @Test func evaluationByStepsReplacesEvaluationByEpochs() throws {
    let base = "model: {architecture: mlp, hidden: []}\ntraining: {steps: 9}\n"
    #expect(try parse(base).evaluation.everyEpochs == 1)
    #expect(try parse(base + "evaluation: {every_steps: 5}").evaluation.everyEpochs == nil)
    #expect(try parse(base + "evaluation: {every_steps: 5, every_epochs: 2}").evaluation.everyEpochs == 2)
    #expect(try parse(base + "evaluation: {every_epochs: null}").evaluation.everyEpochs == nil)
  }

  @Test func anchorsAreFollowed() throws {
    let configuration = try parse(
      """
      data: {dataset: idx}
      model:
        layers:
          - residual: {body: &body [relu, {linear: 3}]}
          - residual: {body: *body}
      training: {epochs: 1}
      """)
    guard let layers = configuration.model.layerList else { return }
    #expect(layers.count == 2)
    #expect(layers[0] == layers[1])
  }
}
