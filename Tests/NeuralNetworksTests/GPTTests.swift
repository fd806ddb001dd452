import Autograd
import Foundation
import NeuralNetworks
import Tensors
import TestSupport
import Testing

@Suite struct GPTTests {
  private let context = ExecutionContext()

  private func specification(_ change: (inout GPT) -> Void = { _ in }) -> GPT {
    var gpt = GPT(blocks: 2, heads: 2, width: 8, context: 9)
    change(&gpt)
    return gpt
  }

  private func model(_ gpt: GPT, vocabulary: Int = 7, time: Int = 7, dtype: DType = .float64) throws -> Model {
    try Model(
      ModelSpecification.gpt(gpt).layers(inputShape: [time], outputs: vocabulary), inputShape: [time],
      vocabulary: vocabulary, dtype: dtype, pool: context.pool)
  }

  private func tokens(_ batch: Int, _ time: Int, dtype: DType = .float64) -> Tensor {
    var random = TestRandom(seed: 3)
    let values = (0..<batch * time).map { _ in Double(Int.random(in: 0..<7, using: &random)) }
    return Tensor(values, shape: [batch, time], dtype: dtype, pool: context.pool)
  }

  private func labels(of tokens: Tensor) -> Tensor {
    let shifted = tokens.values.dropFirst() + [tokens[0]]
    return Tensor(Array(shifted), shape: [tokens.count], dtype: .int32, pool: context.pool)
  }

  /// Output, loss and all gradients of PyTorch's module, which names its parameters as this does.
  @Test(
    arguments: ["learned/gelu_tanh", "rotary/swiglu", "sinusoidal/gelu", "none/gelu"],
    [(DType.float64, 1e-9), (.float32, 2e-5)])
  func golden(name: String, precision: (dtype: DType, tolerance: Double)) throws {
    let (dtype, tolerance) = precision
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let goldens = try Golden.load(folder.appendingPathComponent("Resources/transformer.json"))
    let reference = try #require(goldens["gpt/" + name])
    var gpt = GPT(
      blocks: try reference.integer("layers"), heads: try reference.integer("heads"),
      width: try reference.integer("width"), context: try reference.integer("context"))
    let words = name.split(separator: "/").map(String.init)
    gpt.positions = try #require(GPT.Positions(rawValue: words[0]))
    gpt.mlp = try #require(FeedForward.Kind(rawValue: words[1]))
    (gpt.tieEmbeddings, gpt.bias) = (try reference.integer("tie") != 0, try reference.integer("bias") != 0)
    let model = try model(gpt, vocabulary: try reference.integer("vocabulary"), dtype: dtype)
    let names = reference.tensors.keys.filter { $0.hasPrefix("value:") }.map { String($0.dropFirst(6)) }
    #expect(model.store.parameters.map(\.path).sorted() == names.sorted())
    for parameter in model.store.parameters {
      parameter.value.copy(
        from: try reference.tensor("value:" + parameter.path, dtype: dtype, pool: context.pool))
    }
    let pass = Pass(model, try reference.tensor("tokens", dtype: dtype, pool: context.pool), context)
    let expected = try reference.tensor("output", dtype: dtype, pool: context.pool)
    #expect(relativeDifference(pass.output.value, expected) <= tolerance)
    let loss = pass.backward(
      labels: try reference.tensor("labels", dtype: .int32, pool: context.pool).reshaped([-1]))
    let expectedLoss = try reference.number("loss")
    #expect(abs(loss - expectedLoss) <= tolerance * expectedLoss)
    for parameter in model.store.parameters {
      let gradient = try reference.tensor("gradient:" + parameter.path, dtype: dtype, pool: context.pool)
      let found = relativeDifference(parameter.view(of: pass.gradients), gradient)
      #expect(found <= 10 * tolerance, "\(parameter.path)")
    }
  }

  /// Batches cut into shards draw the same dropout and give the same outputs.
  @Test func dropoutDoesNotDependOnShards() throws {
    let model = try model(specification { ($0.dropout, $0.positions) = (0.3, .rotary) })
    randomizeParameters(of: model)
    let x = tokens(5, 7)
    let whole = Pass(model, x, context).output.value
    for (first, count) in [(0, 2), (2, 3)] {
      let part = Pass(model, x.rows(first..<first + count), context, firstSample: first).output.value
      #expect(agree(part.values, whole.rows(first..<first + count).values))
    }
  }

  /// Token by token, and in chunks, what the whole sequence gives at once.
  @Test(arguments: GPT.Positions.allCases)
  func cache(positions: GPT.Positions) throws {
    try expectCachedPasses(of: try model(specification { $0.positions = positions }))
  }

  /// Attention and positions in lists of layers know the cache too.
  @Test(arguments: [Positions.Settings.Vectors.learned, .sinusoidal], SelfAttention.Settings.Positions.allCases)
  func cacheOfLists(vectors: Positions.Settings.Vectors, positions: SelfAttention.Settings.Positions) throws {
    var attention = SelfAttention.Settings(heads: 2)
    (attention.causal, attention.positions) = (true, positions)
    let layers: [LayerSpecification] = [
      .embedding(Embedding.Settings(width: 8)), .positions(Positions.Settings(vectors)),
      .residual(body: [.selfAttention(attention)], shortcut: []), .selfAttention(attention),
      .linear(outputs: nil),
    ]
    let model = try Model(
      layers, inputShape: [7], outputs: 7, vocabulary: 7, dtype: .float64, pool: context.pool)
    #expect(model.cachesContext)
    try expectCachedPasses(of: model)
  }

  /// Layers that read time steps again, or remember them in a state, cannot continue from a cache.
  @Test func whatCannotBeCached() throws {
    var attention = SelfAttention.Settings(heads: 2)
    attention.causal = true
    var convolution = Convolution1D.Settings(filters: 8, kernel: 3)
    convolution.padding = .causal
    for other in [LayerSpecification.convolution1D(convolution), .recurrent(Recurrent.Settings(.gru, size: 8))] {
      let model = try Model(
        [.embedding(Embedding.Settings(width: 8)), .selfAttention(attention), .sequential([other])],
        inputShape: [7], vocabulary: 7)
      #expect(!model.cachesContext && model.rereadsWindow && model.hasLongestContext)
    }
  }

  private func expectCachedPasses(of model: Model) throws {
    randomizeParameters(of: model)
    let x = tokens(2, 7)
    let whole = evaluate(model, x, context: context)
    for chunks in [[1, 1, 1, 1, 1, 1, 1], [3, 1, 2, 1], [7]] {
      let cache = AttentionCache(capacity: 9, pool: context.pool)
      var first = 0
      for count in chunks {
        let part = Tensor(
          (0..<2).flatMap { sample in (first..<first + count).map { x[sample * 7 + $0] } }, shape: [2, count],
          dtype: .float64, pool: context.pool)
        let tape = Tape(context: context, recording: false)
        let pass = ForwardPass(tape: tape, mode: .evaluation)
        pass.attentionCache = cache
        let output = model(tape.input(part), pass).value
        for sample in 0..<2 {
          let expected = whole.rows(sample..<sample + 1).reshaped([7, 7]).rows(first..<first + count)
          let found = output.rows(sample..<sample + 1).reshaped([count, 7])
          #expect(relativeDifference(found, expected) <= 1e-12, "row \(first) in chunks \(chunks)")
        }
        first += count
      }
      #expect(cache.position == 7)
    }
  }

  @Test func overfitsOneBatchWithAdamW() throws {
    let model = try model(specification { $0.width = 16 }, dtype: .float32)
    model.initialize(seed: 1)
    var adam = OptimizerSpecification.adamW()
    adam.weightDecay = 0.01
    let optimizer = Optimizer(adam, store: model.store, pool: context.pool)
    let x = tokens(3, 7, dtype: .float32)
    var losses: [Double] = []
    for step in 0..<200 {
      let pass = Pass(model, x, context)
      losses.append(pass.backward(labels: labels(of: x)) / 21)
      _ = optimizer.step(step, gradients: pass.gradients, scale: 1.0 / 21, learningRate: 0.01, report: false)
    }
    #expect(abs(losses[0] - log(7)) < 0.1, "equal scores at first: \(losses[0])")
    #expect(losses[199] < 0.05, "\(losses[199])")
  }

  @Test func mistakesAreNamed() throws {
    func problem(_ change: (inout GPT) -> Void, shape: [Int] = [7]) -> String? {
      do {
        _ = try Model(
          ModelSpecification.gpt(specification(change)).layers(inputShape: shape, outputs: 7), inputShape: shape,
          vocabulary: 7)
        return nil
      } catch { return error.problem }
    }
    #expect(problem { _ in } == nil)
    #expect(problem { $0.heads = 3 } == "3 heads do not divide a width of 8")
    #expect(problem { $0.context = 6 } == "has a context of 6, but gets sequences of 7")
    #expect(problem({ _ in }, shape: [4, 4, 1]) == "requires tokens [time], but gets 4×4×1")
    #expect(
      problem { ($0.heads, $0.positions) = (8, .rotary) } == "rotary positions turn pairs, but a head has 1 elements")
    #expect(throws: ModelError.self) {
      try Model([relu, .architecture(.gpt(specification()), outputs: 7)], inputShape: [7])
    }
  }
}

/// A training pass that keeps its gradients, for outputs of one row of scores a token.
private final class Pass {
  let output: Variable
  let gradients: Tensor
  private let tape: Tape
  private let model: Model

  init(_ model: Model, _ x: Tensor, _ context: ExecutionContext, firstSample: Int = 0) {
    self.model = model
    gradients = Tensor(zeros: [model.store.flatCount], dtype: model.store.dtype, pool: context.pool)
    tape = Tape(context: context, parameterGradients: gradients)
    let pass = ForwardPass(tape: tape, mode: .training, seed: 5, step: 3, firstSample: firstSample)
    output = model(tape.input(x), pass)
  }

  /// The summed cross-entropy.
  func backward(labels: Tensor) -> Double {
    let classes = output.value.size(-1)
    let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: classes)
    let result = loss(output.reshaped([-1, classes]), labels: labels)
    tape.backward(from: result.sum)
    tape.zeroUntouchedGradients(of: model.store.parameters)
    return result.sum.value[0]
  }
}
