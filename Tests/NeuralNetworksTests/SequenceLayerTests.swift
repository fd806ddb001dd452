import Autograd
import Foundation
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Layers over time, and samples of different lengths in one batch.
@Suite struct SequenceLayerTests {
  private let context = ExecutionContext()
  private static let embedding = LayerSpecification.embedding(Embedding.Settings(vocabulary: 11, width: 3))
  private static let lengths = [7, 3, 5]

  private func conv(
    _ filters: Int, _ kernel: Int, padding: TimePadding = .valid, dilation: Int = 1, groups: Int? = 1, stride: Int = 1
  ) -> LayerSpecification {
    var specification = Convolution1D.Settings(filters: filters, kernel: kernel)
    (specification.padding, specification.dilation) = (padding, dilation)
    (specification.groups, specification.stride) = (groups, stride)
    return .convolution1D(specification)
  }

  private func pool(_ kernel: Int, stride: Int? = nil, padding: TimePadding = .valid) -> TimePool.Window {
    var specification = TimePool.Window(kernel: kernel, stride: stride)
    specification.padding = padding
    return specification
  }

  private func recurrent(
    _ cell: RecurrentCell, _ size: Int, layers: Int = 1, bidirectional: Bool = true, last: Bool = false,
    layerNorm: Bool = false
  ) -> LayerSpecification {
    var specification = Recurrent.Settings(cell, size: size)
    (specification.layers, specification.bidirectional) = (layers, bidirectional)
    (specification.last, specification.layerNorm) = (last, layerNorm)
    return .recurrent(specification)
  }

  private func model(_ layers: [LayerSpecification], time: Int = 7) throws -> Model {
    let model = try Model(
      [Self.embedding] + layers, inputShape: [time], vocabulary: 11, predictsTokens: false, dtype: .float64,
      pool: context.pool)
    randomizeParameters(of: model)
    return model
  }

  private func run(_ model: Model, _ x: Tensor, lengths: [Int]?) -> Tensor {
    let tape = Tape(context: context, recording: false)
    return model(tape.input(x), ForwardPass(tape: tape, mode: .evaluation, lengths: lengths)).value
  }

  /// Whole networks on samples of different lengths, which PyTorch has seen one by one: names, layouts, all gradients.
  @Test(arguments: ["convolutional", "recurrent"]) func goldens(name: String) throws {
    let layers: [LayerSpecification] =
      switch name {
      case "convolutional":
        [
          .parallel(branches: [
            [conv(4, 3, padding: .symmetric(2), dilation: 2), relu, .globalMaxPool],
            [
              conv(6, 2, padding: .causal, groups: nil), .maxPool1D(pool(2, stride: 1, padding: .symmetric(1))),
              .globalAveragePool,
            ],
          ])
        ]
      default: [recurrent(.gru, 4, layers: 2), recurrent(.lstm, 5, last: true)]
      }
    let model = try model(layers + [linear(5)])
    try expectAgreement(
      of: model, with: golden(name, in: "sequences"), lengths: Self.lengths, context: context)
  }

  private static let listed: [[LayerSpecification]] = {
    let tests = SequenceLayerTests()
    return [
      [tests.conv(5, 3), relu, tests.conv(4, 2, padding: .same), .globalMaxPool],
      [tests.conv(5, 3, padding: .symmetric(1), stride: 2), .averagePool1D(tests.pool(2)), .lastStep],
      [.maxPool1D(tests.pool(3, stride: 2)), tests.conv(3, 2), .flatten],
      [tests.recurrent(.rnnTanh, 4, layers: 2), .globalAveragePool],
      [tests.recurrent(.lstm, 4, bidirectional: false), tests.recurrent(.gru, 3, bidirectional: false, last: true)],
      [.residual(body: [tests.conv(3, 3, padding: .causal), relu], shortcut: []), .lastStep],
      [.parallel(branches: [[tests.conv(3, 3, padding: .same)], []]), .flatten],
      [batchNorm, tests.recurrent(.gru, 3), .globalMaxPool],
      [tests.conv(4, 3, padding: .same, stride: 2), relu, tests.conv(3, 2, padding: .same, stride: 2), .lastStep],
      [tests.conv(4, 2, padding: .same, dilation: 3, stride: 3), .flatten],
      [.maxPool1D(tests.pool(3, stride: 2, padding: .same)), tests.recurrent(.gru, 3, last: true)],
      [.averagePool1D(tests.pool(4, stride: 2, padding: .same)), .flatten],
      [.averagePool1D(tests.pool(2, padding: .same)), tests.conv(3, 2), .globalAveragePool],
      [tests.recurrent(.lstm, 4, layerNorm: true), tests.recurrent(.rnnTanh, 3, last: true, layerNorm: true)],
    ]
  }()

  /// A sample in a padded batch gives what it gives alone, whatever stands in the padding.
  @Test(arguments: listed.indices, [7, 8, 9]) func paddingHasNoEffect(index: Int, time: Int) throws {
    let layers = Self.listed[index]
    let whole = try model(layers, time: time)
    let x = randomTokens([3, time], pool: context.pool)
    let output = run(whole, x, lengths: Self.lengths)
    let changed = Tensor(x.values, shape: x.shape, dtype: .float64, pool: context.pool)
    for sample in 0..<3 {
      for timeStep in Self.lengths[sample]..<time {
        changed[sample * time + timeStep] = 10 - changed[sample * time + timeStep]
      }
    }
    #expect(run(whole, changed, lengths: Self.lengths).values == output.values)
    #expect(run(whole, changed, lengths: nil).values != output.values)
    for (sample, length) in Self.lengths.enumerated() {
      let alone = Tensor(
        Array(x.values[sample * time..<sample * time + length]), shape: [1, length], dtype: .float64, pool: context.pool
      )
      let expected = run(whole, alone, lengths: nil).values
      // Flattened samples are shorter alone.
      for (a, b) in zip(output.rows(sample..<sample + 1).values, expected) { #expect(abs(a - b) <= 1e-12) }
    }
  }

  /// With padding `same` a strided window passes over a sequence's last time step too, whatever length the padding is for.
  @Test func aStridedWindowSeesTheLastTimeStep() throws {
    let layers: [LayerSpecification] = [
      conv(4, 3, padding: .same, stride: 2), .averagePool1D(pool(3, stride: 2, padding: .same)),
      .averagePool1D(pool(2, padding: .same)),
    ]
    for layer in layers {
      for time in 5...12 {
        let model = try model([layer, .globalAveragePool], time: time)
        for length in 1...time {
          let x = randomTokens([2, time], pool: context.pool)
          x[time + length - 1] = (x[length - 1] + 5).truncatingRemainder(dividingBy: 11)
          let output = run(model, x, lengths: [time, length]).rows(1..<2).values
          x[time + length - 1] = (x[length - 1] + 7).truncatingRemainder(dividingBy: 11)
          let changed = run(model, x, lengths: [time, length]).rows(1..<2).values
          #expect(changed != output, "\(layer.name), \(length) of \(time)")
          #expect(model.layers[1].outputShape[0] == (time + 1) / 2)
        }
      }
    }
  }

  /// Sequences shorter than the kernel.
  @Test func shortSequences() throws {
    let model = try model([conv(5, 6), relu, .maxPool1D(pool(2)), .globalAveragePool])
    let x = randomTokens([2, 7], pool: context.pool)
    let output = run(model, x, lengths: [7, 2])
    let alone = Tensor(Array(x.values[7..<9]), shape: [1, 2], dtype: .float64, pool: context.pool)
    let expected = run(model, alone, lengths: nil)
    #expect(relativeDifference(output.rows(1..<2), expected) <= 1e-12)
  }

  /// Statistics of padded sequences are those of their valid time steps, shard by shard and side by side.
  @Test(arguments: [false, true]) func batchNormalization(sync: Bool) throws {
    let layers = [LayerSpecification.batchNorm(BatchNorm.Settings(sync: sync)), .globalMaxPool, linear(4)]
    let model = try model(layers)
    let labels = Tensor([2, 0, 1], shape: [3], dtype: .int32, pool: context.pool)
    let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 4)
    func train(changing: Bool) throws -> (Double, [Double]) {
      let x = randomTokens([3, 7], pool: context.pool)
      for sample in 0..<3 where changing {
        for timeStep in Self.lengths[sample]..<7 { x[sample * 7 + timeStep] = 10 - x[sample * 7 + timeStep] }
      }
      let gradients = Tensor(zeros: [model.store.flatCount], dtype: .float64, pool: context.pool)
      let tapes = TapeGroup(context: context, parameterGradients: [gradients], exchange: LocalExchange())
      let pass = ForwardPass(tape: tapes.tapes[0], mode: .training, lengths: Self.lengths)
      let output = try model([tapes.tapes[0].input(x)], JointPass(tapes, parts: [pass]))
      let result = loss(output[0], labels: labels)
      try tapes.backward(from: [result.sum])
      return (result.value, gradients.values)
    }
    let (first, second) = (try train(changing: false), try train(changing: true))
    #expect(first.0 == second.0)
    #expect(zip(first.1, second.1).allSatisfy { $0 == $1 })
  }

  private func message(
    _ layers: [LayerSpecification], time: Int = 7, predictsTokens: Bool = false, outputs: Int? = nil
  ) -> String {
    do throws(ModelError) {
      let model = try Model(
        [Self.embedding] + layers, inputShape: [time], outputs: outputs, vocabulary: 11, predictsTokens: predictsTokens)
      return "built with outputs \(model.outputShape)"
    } catch {
      return "\(error)"
    }
  }

  @Test func whatDoesNotFit() {
    #expect(
      message([conv(4, 9)])
        == """
        layer 1 (conv1d): a kernel of 9 does not fit its input 7×3; \
        use a smaller kernel, padding, or less striding and pooling in front of it
        """)
    #expect(
      message([conv(4, 4, dilation: 3)]).hasPrefix(
        "layer 1 (conv1d): a kernel of 4 with dilation 3 does not fit its input 7×3; "))
    #expect(
      message([conv(4, 3, groups: 2)])
        == """
        layer 1 (conv1d): 2 groups do not divide its 3 channels and 4 filters; \
        use a number of groups that divides both
        """)
    #expect(
      message([.maxPool1D(pool(8))])
        == """
        layer 1 (max_pool1d): a window of 8 does not fit its input 7×3; \
        use a smaller window, global_max_pool, or less striding and pooling in front of it
        """)
    #expect(
      message([.averagePool1D(pool(3, padding: .symmetric(2)))])
        == "layer 1 (average_pool1d): padding 2 is more than half of its window of 3; use at most half of the window")
    #expect(
      message([.globalMaxPool, conv(4, 3)])
        == """
        layer 2 (conv1d): requires a sequence [time, channels], but gets a vector of 3; \
        put an embedding in front of it, and no layer that removes the time axis
        """)
    #expect(
      message([.lastStep, .globalMaxPool])
        == """
        layer 2 (global_max_pool): requires an image or a sequence, but gets a vector of 3; \
        move it in front of the layer that makes a vector
        """)
    #expect(
      message([convolution(4, 3)])
        == """
        layer 1 (conv): requires an image [height, width, channels], but gets a sequence of 7×3 [time, channels]; \
        over sequences use conv1d, max_pool1d or average_pool1d
        """)
    let image = [8, 8, 6]
    #expect(throws: ModelError.self) { try Model([conv(4, 3)], inputShape: image) }
    #expect(throws: Never.self) { try Model([.globalMaxPool], inputShape: image, outputs: 6) }
  }

  /// Advice that holds for sequences.
  @Test func adviceForSequences() {
    #expect(
      message([linear(3)], outputs: 3)
        == """
        layer 1 (linear): gives 7×3 outputs, but the data have 3 classes; put global_max_pool, global_average_pool or \
        last_step, or last: true in the last recurrent layer, in front of linear: classes
        """)
    #expect(
      message([conv(4, 2, padding: .causal, stride: 2), linear(11)], predictsTokens: true, outputs: 11)
        == """
        layer 2 (linear): gives 4×11 outputs, but the data have 7 time steps and 11 tokens; keep every time step: begin \
        with an embedding, without strides, pooling, flatten, last_step and last: true
        """)
    #expect(
      message([linear(4)], predictsTokens: true, outputs: 11).hasSuffix("; end the model with linear: classes"))
    #expect(
      message([.residual(body: [conv(4, 3)], shortcut: [])]).hasSuffix(
        "such as a conv1d of kernel 1 with the body's filters and stride"))
    #expect(
      message([.globalMaxPool, .residual(body: [linear(4)], shortcut: [])]).hasSuffix(
        "such as linear with the body's outputs"))
    #expect(
      message([.parallel(branches: [[], [conv(4, 3)]])]).hasSuffix(
        "all branches must give equally many time steps, or none; only channels may differ"))
    do throws(ModelError) {
      _ = try Model([.selfAttention(SelfAttention.Settings(heads: 2))], inputShape: [8, 8, 6])
      Issue.record("attention over an image")
    } catch {
      #expect(error.hint == "for images there is image_to_sequence, or architecture: vit")
    }
  }

  /// Sizes that are allowed one by one, but not together.
  @Test func tensorsTooLarge() {
    let (large, limit) = (2_000_000_000, "more than a tensor may have (68719476736); use smaller sizes")
    #expect(
      message([conv(40, 3, padding: .symmetric(large))])
        == "layer 1 (conv1d): gives 4000000005×40 numbers, \(limit)")
    #expect(
      message([conv(40, large, padding: .causal, dilation: large)])
        == "layer 1 (conv1d): has a weight of 40×2000000000×3 numbers, \(limit)")
    #expect(message([.maxPool1D(pool(large, padding: .causal))]) == "built with outputs [1, 3]")
  }

  /// A model that predicts each time step's next token must not see it.
  @Test func nothingLooksAhead() {
    #expect(
      message([conv(11, 3, padding: .same)], predictsTokens: true, outputs: 11)
        == "layer 1 (conv1d): sees the tokens that are to be predicted; write padding: causal")
    #expect(
      message([conv(11, 1, padding: .symmetric(2))], predictsTokens: true)
        == "layer 1 (conv1d): sees the tokens that are to be predicted; write padding: causal")
    #expect(
      message([.maxPool1D(pool(3, stride: 1, padding: .same)), linear(11)], predictsTokens: true)
        == "layer 1 (max_pool1d): sees the tokens that are to be predicted; write padding: causal and stride: 1")
    #expect(
      message([conv(11, 3, padding: .causal)], predictsTokens: true, outputs: 11) == "built with outputs [7, 11]")
    #expect(message([recurrent(.gru, 4), linear(11)], predictsTokens: true).contains("both directions"))
    #expect(message([recurrent(.gru, 4), linear(11)]) == "built with outputs [7, 11]")
    #expect(message([.globalMaxPool, linear(4)], outputs: 4) == "built with outputs [4]")
    #expect(message([linear(4)], outputs: 4).contains("7×4"))
  }
}
