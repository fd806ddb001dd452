import Configuration
import NeuralNetworks
import TestSupport
import Testing

/// Costs of layers, against counting by hand.
@Suite struct ModelSummaryTests {
  private func row(_ layer: LayerSpecification, on shape: [Int]) throws -> ModelSummary.Row {
    let model = try Model([layer], inputShape: shape, pool: nil)
    return try #require(model.summary.rows.first)
  }

  @Test func multiplyAdds() throws {
    #expect(try row(linear(7), on: [5]).multiplyAdds == 35)
    var convolution = Convolution2D.Settings(filters: 6, kernel: Extent(3))
    (convolution.stride, convolution.groups) = (Extent(2), 2)
    // 3×4 positions, 6 filters over 3×3 positions of 2 channels.
    #expect(try row(.convolution(convolution), on: [7, 9, 4]).multiplyAdds == 3 * 4 * 6 * 9 * 2)
    #expect(try row(.activation(.relu), on: [7, 9, 4]).multiplyAdds == 0)
    #expect(try row(.activation(.relu), on: [7, 9, 4]).activationBytes == 4 * 7 * 9 * 4)
  }

  @Test func multiplyAddsOverTime() throws {
    func sum(_ layers: [LayerSpecification]) throws -> Int {
      try Model(
        [.embedding(Embedding.Settings(width: 6))] + layers, inputShape: [5], vocabulary: 9, predictsTokens: false,
        pool: nil
      ).summary.multiplyAdds
    }
    var attention = SelfAttention.Settings(heads: 2)
    // Four matrix products of the width's square at each time step, and 25 pairs of time steps twice.
    #expect(try sum([.selfAttention(attention)]) == 5 * 4 * 36 + 2 * 25 * 6)
    attention.causal = true
    #expect(try sum([.selfAttention(attention)]) == 5 * 4 * 36 + 2 * 15 * 6)
    #expect(try sum([.recurrent(Recurrent.Settings(.lstm, size: 3))]) == 5 * 4 * 3 * (6 + 3))
    #expect(try sum([.tiedLinear(to: "0")]) == 5 * 6 * 9)
  }

  /// He et al. (2016): ResNet-20 for CIFAR-10 has 0.27 million parameters; with 1×1 convolutions in two shortcuts 40.8 million
  /// multiply-adds, each stage's convolutions as many.
  @Test func resNet20() throws {
    let shape = [32, 32, 3]
    let layers = try ModelSpecification.residualNetwork(ResidualNetwork(widths: [16, 32, 64], blocks: 3))
      .layers(inputShape: shape, outputs: 10)
    let summary = try Model(layers, inputShape: shape, pool: nil).summary
    #expect(summary.parameters == 272_474)
    let convolution = 32 * 32 * 16 * 16 * 9
    let halving = convolution / 2
    let shortcut = 16 * 16 * 32 * 16
    #expect(
      summary.multiplyAdds == 32 * 32 * 16 * 27 + 16 * convolution + 2 * halving + 2 * shortcut + 640)
  }

  /// Models that no machine can compute have costs all the same, and tables of positions are made only when they run.
  @Test func countsBeyondIntegers() throws {
    var convolution = Convolution2D.Settings(filters: 1, kernel: Extent(1))
    convolution.padding = .symmetric(Extent(60_000))
    var attention = SelfAttention.Settings(heads: 1)
    attention.bias = false
    let sines = Positions.Settings(.sinusoidal)
    let summary = try Model(
      [.convolution(convolution), .imageToSequence, .selfAttention(attention), .positions(sines)],
      inputShape: [3, 3, 1], pool: nil
    ).summary
    #expect(summary.multiplyAdds == .max)
    #expect(summary.activationBytes > 1 << 36)
    #expect(throws: ModelError.self) {
      var wide = FeedForward.Settings()
      wide.hidden = 2_147_483_647
      _ = try Model(
        [.convolution(convolution), .imageToSequence, .feedForward(wide)], inputShape: [3, 3, 1], pool: nil)
    }
  }
}
