import Autograd
import Foundation
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Attention, layer normalisation and positions as layers of a list.
@Suite struct AttentionLayerTests {
  private let context = ExecutionContext()
  private static let lengths = [6, 2, 5]

  private func attention(_ heads: Int, _ change: (inout SelfAttention.Settings) -> Void = { _ in })
    -> LayerSpecification
  {
    var specification = SelfAttention.Settings(heads: heads)
    change(&specification)
    return .selfAttention(specification)
  }

  private func norm(epsilon: Double = 1e-5, bias: Bool = true) -> LayerSpecification {
    var specification = LayerNorm.Settings()
    (specification.epsilon, specification.bias) = (epsilon, bias)
    return .layerNorm(specification)
  }

  private func classifier(
    _ attention: LayerSpecification, positions: Positions.Settings.Vectors, pooling: LayerSpecification
  ) throws -> Model {
    try Model(
      [
        .embedding(Embedding.Settings(width: 8)), .positions(Positions.Settings(positions)),
        .residual(body: [norm(), attention], shortcut: []),
        .residual(
          body: [norm(epsilon: 1e-3, bias: false), linear(12), .activation(.gelu), linear(8)], shortcut: []),
        pooling, linear(5),
      ], inputShape: [6], outputs: 5, vocabulary: 11, predictsTokens: false, dtype: .float64, pool: context.pool)
  }

  private func tokens(_ batch: Int) -> Tensor {
    var random = TestRandom(seed: 3)
    let values = (0..<batch * 6).map { _ in Double(Int.random(in: 0..<11, using: &random)) }
    return Tensor(values, shape: [batch, 6], dtype: .float64, pool: context.pool)
  }

  /// A small transformer on samples of different lengths, which PyTorch has seen one by one.
  @Test(arguments: ["full", "causal", "rotary"]) func goldens(name: String) throws {
    let reference = try golden(name, in: "attention_layers")
    let heads = try reference.integer("heads")
    let layer = attention(heads) {
      ($0.causal, $0.positions) = (name == "causal", name == "rotary" ? .rotary : .none)
    }
    let model = try classifier(
      layer, positions: name == "causal" ? .sinusoidal : .learned,
      pooling: name == "causal" ? .lastStep : .globalAveragePool)
    try expectAgreement(of: model, with: reference, lengths: Self.lengths, context: context)
  }

  /// Dropout of probabilities belongs to the samples, not to the shards, and is training's alone.
  @Test func dropoutDoesNotDependOnShards() throws {
    let model = try classifier(
      attention(2) { ($0.dropout, $0.causal) = (0.4, true) }, positions: .learned, pooling: .globalMaxPool)
    randomizeParameters(of: model)
    let x = tokens(5)
    func output(_ rows: Range<Int>, step: Int = 3, mode: ForwardPass.Mode = .training) -> [Double] {
      let tape = Tape(context: context, recording: false)
      let pass = ForwardPass(tape: tape, mode: mode, seed: 5, step: step, firstSample: rows.lowerBound)
      return model(tape.input(x.rows(rows)), pass).value.values
    }
    #expect(agree(output(0..<2) + output(2..<5), output(0..<5)))
    #expect(!agree(output(0..<5, step: 4), output(0..<5)))
    #expect(!agree(output(0..<5, mode: .evaluation), output(0..<5)))
    #expect(output(0..<5, step: 4, mode: .evaluation) == output(0..<5, mode: .evaluation))
  }

  @Test func whatDoesNotFit() {
    func message(_ layers: [LayerSpecification], predictsTokens: Bool = false) -> String {
      do throws(ModelError) {
        let embedding = LayerSpecification.embedding(Embedding.Settings(width: 6))
        let model = try Model([embedding] + layers, inputShape: [7], vocabulary: 11, predictsTokens: predictsTokens)
        return "built with outputs \(model.outputShape)"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message([attention(4)])
        == """
        layer 1 (self_attention): 4 heads do not divide the 6 channels of its input 7×6; \
        use a number of heads that does
        """)
    #expect(
      message([attention(2) { $0.positions = .rotary }])
        == "layer 1 (self_attention): rotary positions turn pairs, but a head has 3 elements; use an even number")
    #expect(
      message([.globalMaxPool, attention(2)]).hasPrefix(
        "layer 2 (self_attention): requires a sequence [time, channels]"))
    #expect(message([.flatten, .positions(Positions.Settings())]).hasPrefix("layer 2 (positions): requires a seq"))
    #expect(
      message([attention(2)], predictsTokens: true)
        == "layer 1 (self_attention): sees the tokens that are to be predicted; write causal: true")
    #expect(message([attention(2) { $0.causal = true }], predictsTokens: true) == "built with outputs [7, 6]")
    #expect(message([norm(), .globalMaxPool, norm()]) == "built with outputs [6]")
  }

  @Test func initialValues() throws {
    let model = try classifier(attention(2), positions: .learned, pooling: .lastStep)
    model.initialize(seed: 1)
    func values(_ path: String) throws -> [Double] {
      try #require(model.store.parameters.first { $0.path == path }).value.values
    }
    let bound = (6.0 / (8 + 24)).squareRoot()
    let projection = try values("2.body.1.in_proj_weight")
    #expect(projection.allSatisfy { abs($0) <= bound } && projection.contains { abs($0) > 0.9 * bound })
    #expect(try values("2.body.1.in_proj_bias").allSatisfy { $0 == 0 })
    #expect(try values("2.body.1.out_proj.weight").allSatisfy { abs($0) <= (3.0 / 8).squareRoot() })
    #expect(try values("2.body.0.weight").allSatisfy { $0 == 1 })
    #expect(try values("1.weight").allSatisfy { abs($0) < 0.02 * 6 })
  }
}
