import Foundation
import Tensors

/// Settings for choosing the next token from a model's scores.
public struct SamplingSettings: Sendable, Equatable {
  /// Divisor of the scores; 0 takes the most probable token.
  public var temperature = 1.0
  /// Number of most probable tokens to choose from; nil for all.
  public var topK: Int?
  /// Chooses among the most probable tokens whose probabilities sum to this (Holtzman et al., "The curious case of neural text
  /// degeneration", 2020); nil keeps all.
  public var topP: Double?
  public var seed: UInt64 = 1

  public init() {}
}

/// Draws tokens: a function of (settings, sample, index), so that the same seed gives the same text.
struct TokenSampler {
  let settings: SamplingSettings
  /// Number of the text.
  let sample: Int

  /// - Parameters:
  ///   - scores: One for each token, before softmax.
  ///   - index: Number of the token that is drawn.
  func next(_ scores: UnsafeMutableBufferPointer<Float>, index: Int) -> Int32 {
    // By score, then by index, so that equal scores have one order.
    var order = Array(scores.indices)
    order.sort { (scores[$0], $1) > (scores[$1], $0) }
    guard settings.temperature > 0, let best = order.first else { return Int32(order.first ?? 0) }
    if let kept = settings.topK { order.removeLast(max(0, order.count - kept)) }
    var weights = order.map { exp((Double(scores[$0]) - Double(scores[best])) / settings.temperature) }
    if let share = settings.topP {
      let total = weights.reduce(0, +)
      var sum = 0.0
      let kept = weights.firstIndex {
        sum += $0
        return sum >= share * total
      }
      weights.removeLast(weights.count - 1 - (kept ?? weights.count - 1))
    }
    var stream = RandomStream(
      seed: settings.seed, purpose: .sampling, epochOrStep: UInt32(truncatingIfNeeded: index),
      sample: UInt32(truncatingIfNeeded: sample))
    var rest = stream.uniform() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      rest -= weight
      if rest < 0 { return Int32(order[index]) }
    }
    return Int32(order[weights.count - 1])
  }
}
