import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Observers look into every layer, wherever it stands, and can change what it gives.
@Suite struct ObserverTests {
  private let context = ExecutionContext()
  private let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 3)

  private func model(_ specification: ModelSpecification, inputShape: [Int], vocabulary: Int? = nil) throws -> Model {
    let layers = try specification.layers(inputShape: inputShape, outputs: vocabulary ?? 3)
    let model = try Model(
      layers, inputShape: inputShape, vocabulary: vocabulary, dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    return model
  }

  private func paths(of model: Model, on x: Tensor) -> [String] {
    var paths: [String] = []
    let pass = ForwardPass(tape: Tape(context: context, recording: false), mode: .evaluation) { path, _ in
      paths.append(path)
      return nil
    }
    _ = model(pass.tape.input(x), pass)
    return paths
  }

  @Test func layersInsideTransformersAreSeen() throws {
    let gpt = try model(
      .gpt(GPT(blocks: 2, heads: 3, width: 6, context: 7)), inputShape: [5], vocabulary: 11)
    let tokens = Tensor([3, 1, 4, 1, 5], shape: [1, 5], dtype: .float64, pool: context.pool)
    #expect(Set(paths(of: gpt, on: tokens)) == Set(gpt.layerPaths))
    #expect(gpt.layerPaths.contains("transformer.h.1.attn.c_proj"))
    let vit = try model(
      .visionTransformer(VisionTransformer(patch: 2, width: 6, blocks: 2, heads: 3)), inputShape: [4, 6, 3])
    var random = TestRandom(seed: 3)
    #expect(Set(paths(of: vit, on: random.tensor([2, 4, 6, 3], pool: context.pool))) == Set(vit.layerPaths))
  }

  /// Each layer is seen once, after the layers inside it.
  @Test func layersAreSeenInOrder() throws {
    let layers: [LayerSpecification] = [
      linear(4), .residual(body: [linear(4), .parallel(branches: [[linear(1)], [linear(3)]])], shortcut: []), linear(3),
    ]
    let model = try Model(layers, inputShape: [5], dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    var random = TestRandom(seed: 4)
    #expect(
      paths(of: model, on: random.tensor([2, 5], pool: context.pool)) == [
        "0", "1.body.0", "1.body.1.branches.0.0", "1.body.1.branches.1.0", "1.body.1", "1", "2",
      ])
  }

  @Test func anOutputIsReplaced() throws {
    let model = try Model([linear(4), linear(3)], inputShape: [5], dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    var random = TestRandom(seed: 5)
    let x = random.tensor([2, 5], pool: context.pool)
    let pass = ForwardPass(tape: Tape(context: context, recording: false), mode: .evaluation) { path, output in
      path == "0" ? output.scaled(by: 0) : nil
    }
    let output = model(pass.tape.input(x), pass).value
    let bias = try #require(model.store.parameters.first { $0.path == "1.bias" }).value.values
    #expect(output.values == bias + bias)
  }

  /// The gradient with respect to an output is that of differences, and asking for it changes no other gradient.
  @Test func gradientsOfOutputsAreSeen() throws {
    let model = try Model(
      [linear(4), .residual(body: [linear(4), .activation(.tanh)], shortcut: []), linear(3)], inputShape: [5],
      dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    var random = TestRandom(seed: 6)
    let (x, offset) = (
      random.tensor([3, 5], pool: context.pool), Tensor(zeros: [3, 4], dtype: .float64, pool: context.pool)
    )
    let labels = Tensor([2, 0, 1], shape: [3], dtype: .int32, pool: context.pool)
    var found: Tensor?
    let plain = TrainingPass(model, x, labels: labels, loss: loss, context: context)
    let observed = TrainingPass(model, x, labels: labels, loss: loss, context: context) { path, output in
      path == "1.body.0" ? output.observingGradient { found = $0 } : nil
    }
    #expect(observed.gradients.values == plain.gradients.values)

    func value() -> Double {
      let tape = Tape(context: context, recording: false)
      let pass = ForwardPass(tape: tape, mode: .training, seed: 5) { path, output in
        path == "1.body.0" ? output + tape.input(offset) : nil
      }
      return loss(model(tape.input(x), pass), labels: labels).value
    }
    var check = GradientCheck()
    check.compare(try #require(found), withDifferencesIn: offset, name: "1.body.0", of: value)
    #expect(check.largestError <= 1e-6, "\(check.worst)")
  }
}
