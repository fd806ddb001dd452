import Configuration
import Foundation

/// One of successive cycles, each longer than the one before by a factor, in equal parts of whole steps.
struct GrowingCycle {
  /// Counted from 0.
  private(set) var number = 0
  /// Number of steps of each of its parts.
  private(set) var part: Int
  /// Steps since the cycle began.
  private(set) var position: Int

  /// A part of cycle k has `part`·growthᵏ steps, rounded, at least one.
  init(containing step: Int, part first: Int, parts: Int, growth: Double) {
    precondition(first > 0 && growth > 0, "cycles of \(parts)·\(first) steps that grow by \(growth)")
    (part, position) = (first, step)
    if growth == 1 {
      (number, position) = position.quotientAndRemainder(dividingBy: parts * part)
      return
    }
    while position >= parts * part {
      position -= parts * part
      number += 1
      // A run is over long before a cycle of this length.
      part = max(Int(min(Double(first) * pow(growth, Double(number)), 1e15).rounded()), 1)
    }
  }
}

extension Codec where Value == Double {
  /// Codec for the growth of a cycle, or a divisor.
  static var atLeastOne: Codec { .number("number ≥ 1") { $0 >= 1 } }
}
