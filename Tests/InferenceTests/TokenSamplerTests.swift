import Foundation
import Tensors
import Testing

@testable import Inference

@Suite struct TokenSamplerTests {
  private static let scores: [Float] = [0.5, 2, -1, 2, 1]

  private func draw(_ settings: SamplingSettings, count: Int, sample: Int = 0) -> [Int32] {
    var scores = Self.scores
    return scores.withUnsafeMutableBufferPointer { buffer in
      let sampler = TokenSampler(settings: settings, sample: sample)
      return (0..<count).map { sampler.next(buffer, index: $0) }
    }
  }

  @Test("temperature 0 takes the likeliest token, of equal ones the first")
  func greedy() {
    var settings = SamplingSettings()
    settings.temperature = 0
    #expect(draw(settings, count: 3) == [1, 1, 1])
  }

  @Test("draws follow softmax of the scores divided by the temperature")
  func frequencies() {
    var settings = SamplingSettings()
    settings.temperature = 0.7
    let count = 20_000
    let drawn = draw(settings, count: count)
    let weights = Self.scores.map { exp(Double($0) / 0.7) }
    let total = weights.reduce(0, +)
    for (token, weight) in weights.enumerated() {
      let expected = weight / total
      let found = Double(drawn.count { $0 == Int32(token) }) / Double(count)
      // Five standard deviations of a share.
      #expect(abs(found - expected) < 5 * (expected * (1 - expected) / Double(count)).squareRoot(), "token \(token)")
    }
  }

  @Test("top-k and top-p leave the likeliest tokens only")
  func truncation() {
    var settings = SamplingSettings()
    settings.topK = 3
    #expect(Set(draw(settings, count: 500)) == [1, 3, 4])
    settings.topK = 1
    #expect(Set(draw(settings, count: 100)) == [1])
    settings.topK = nil
    // The two best have 0.37 of the probability each.
    settings.topP = 0.7
    #expect(Set(draw(settings, count: 500)) == [1, 3])
    settings.topP = 0.1
    #expect(Set(draw(settings, count: 100)) == [1])
    settings.topP = 1
    #expect(Set(draw(settings, count: 5000)) == [0, 1, 2, 3, 4])
  }

  @Test("the same seed gives the same tokens, another seed or sample others")
  func seeds() {
    var settings = SamplingSettings()
    let first = draw(settings, count: 50)
    #expect(draw(settings, count: 50) == first)
    #expect(draw(settings, count: 50, sample: 1) != first)
    settings.seed = 2
    #expect(draw(settings, count: 50) != first)
  }
}
