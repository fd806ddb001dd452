import Autograd
import Foundation
import NeuralNetworks
import Tensors
import TestSupport
import Testing

@Suite struct VisionTransformerTests {
  private let context = ExecutionContext()
  private let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 5)

  private func specification(_ change: (inout VisionTransformer) -> Void = { _ in }) -> VisionTransformer {
    var vit = VisionTransformer(patch: 4, width: 8, blocks: 2, heads: 2)
    change(&vit)
    return vit
  }

  private func model(
    _ vit: VisionTransformer, shape: [Int] = [8, 12, 3], dtype: DType = .float64
  ) throws(ModelError) -> Model {
    try Model(
      ModelSpecification.visionTransformer(vit).layers(inputShape: shape, outputs: 5), inputShape: shape, outputs: 5,
      dtype: dtype, pool: context.pool)
  }

  private func images(_ count: Int) -> Tensor {
    var random = TestRandom(seed: 3)
    return random.tensor([count, 8, 12, 3], pool: context.pool)
  }

  private func labels(_ count: Int) -> Tensor {
    Tensor((0..<count).map { Double($0 * 3 % 5) }, shape: [count], dtype: .int32, pool: context.pool)
  }

  /// Output, loss and all gradients of PyTorch's module, which names its parameters as timm does.
  @Test(
    arguments: ["mean", "class_token", "convolutions"], [(DType.float64, 1e-9), (.float32, 2e-5)])
  func golden(name: String, precision: (dtype: DType, tolerance: Double)) throws {
    let (dtype, tolerance) = precision
    let reference = try NeuralNetworksTests.golden(name, in: "vision_transformer")
    let patch = try reference.integer("patch")
    let bias = try reference.integer("bias") != 0
    let model = try model(
      specification {
        ($0.patch, $0.bias) = (patch, bias)
        $0.pooling = name == "class_token" ? .classToken : .mean
        $0.stem = name == "convolutions" ? .convolutions : .patchify
      }, dtype: dtype)
    let names = reference.tensors.keys.filter { $0.hasPrefix("value:") }.map { String($0.dropFirst(6)) }
    #expect(model.store.parameters.map(\.path).sorted() == names.sorted())
    for parameter in model.store.parameters {
      let value = try reference.tensor("value:" + parameter.path, dtype: dtype, pool: context.pool)
      #expect(parameter.shape == value.shape)
      parameter.value.copy(from: value)
    }
    let pass = TrainingPass(
      model, try reference.tensor("x", dtype: dtype, pool: context.pool),
      labels: try reference.tensor("labels", dtype: .int32, pool: context.pool), loss: loss, context: context)
    let expected = try reference.tensor("output", dtype: dtype, pool: context.pool)
    #expect(relativeDifference(pass.output, expected) <= tolerance)
    #expect(abs(pass.loss.value - (try reference.number("loss"))) <= 10 * tolerance)
    for parameter in model.store.parameters {
      let gradient = try reference.tensor("gradient:" + parameter.path, dtype: dtype, pool: context.pool)
      #expect(
        relativeDifference(parameter.view(of: pass.gradients), gradient) <= 20 * tolerance, "\(parameter.path)")
    }
  }

  /// With dropout and stochastic depth, against differences.
  @Test(arguments: VisionTransformer.Pooling.allCases) func gradients(pooling: VisionTransformer.Pooling) throws {
    let model = try model(
      specification {
        ($0.pooling, $0.width, $0.blocks) = (pooling, 4, 3)
        ($0.dropout, $0.stochasticDepth) = (0.2, 0.5)
      })
    randomizeParameters(of: model)
    let (x, labels) = (images(3), labels(3))
    expectParameterGradients(of: model, x, labels: labels, loss: loss, context: context)
  }

  /// Batches cut into shards leave out the same branches and values.
  @Test func drawsDoNotDependOnShards() throws {
    let model = try model(specification { ($0.dropout, $0.stochasticDepth) = (0.3, 0.5) })
    randomizeParameters(of: model)
    let x = images(5)
    func output(_ rows: Range<Int>, seed: UInt64 = 5) -> [Double] {
      let tape = Tape(context: context, recording: false)
      let pass = ForwardPass(tape: tape, mode: .training, seed: seed, step: 3, firstSample: rows.lowerBound)
      return model(tape.input(x.rows(rows)), pass).value.values
    }
    #expect(agree(output(0..<2) + output(2..<5), output(0..<5)))
    #expect(!agree(output(0..<5, seed: 6), output(0..<5)))
  }

  /// The first block is never left out, so a single one would leave the setting without effect.
  @Test func stochasticDepthOfASingleBlock() {
    #expect(throws: ModelError.self) { try model(specification { ($0.blocks, $0.stochasticDepth) = (1, 0.5) }) }
    #expect(throws: Never.self) { try model(specification { $0.blocks = 1 }) }
  }

  /// The share of samples that a branch leaves out, and what is left.
  @Test func stochasticDepth() {
    let ones = Tensor(Array(repeating: 1, count: 2 * 4000), shape: [4000, 2], dtype: .float64, pool: context.pool)
    let tape = Tape(context: context, recording: false)
    let key = DropoutKey(seed: 1, step: 2, firstSample: 0, layer: 3)
    let values = tape.input(ones).droppingSamples(rate: 0.2, key: key).value.values
    let kept = values.filter { $0 != 0 }
    #expect(kept.allSatisfy { $0 == 1.25 })
    #expect(abs(Double(kept.count) / 8000 - 0.8) < 0.02)
    #expect((0..<4000).allSatisfy { values[2 * $0] == values[2 * $0 + 1] })
  }

  @Test func scoresAreEqualBeforeTraining() throws {
    let model = try model(specification())
    model.initialize(seed: 1)
    #expect(evaluate(model, images(2), context: context).values.allSatisfy { $0 == 0 })
  }

  @Test func mistakesAreNamed() throws {
    func problem(_ change: (inout VisionTransformer) -> Void, shape: [Int] = [8, 12, 3]) -> String? {
      do throws(ModelError) {
        _ = try model(specification(change), shape: shape)
        return nil
      } catch { return error.problem }
    }
    #expect(problem { _ in } == nil)
    #expect(problem { $0.patch = 8 } == "patches of 8×8 do not cut an image of 8×12 evenly")
    #expect(problem { $0.heads = 3 } == "3 heads do not divide a width of 8")
    #expect(
      problem({ ($0.patch, $0.stem) = (3, .convolutions) }, shape: [9, 9, 1])
        == "a stem of convolutions halves the image again and again, but a patch is 3")
    #expect(problem({ _ in }, shape: [7])?.hasPrefix("requires an image [height, width, channels]") == true)
    #expect(throws: ModelError.self) {
      try Model([.flatten, .architecture(.visionTransformer(specification()), outputs: 5)], inputShape: [8, 12, 3])
    }
  }
}
