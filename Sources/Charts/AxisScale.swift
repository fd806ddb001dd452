import Foundation

/// The range of an axis, with round numbers for its marks.
package struct AxisScale: Equatable, Sendable {
  package let range: ClosedRange<Double>
  package let marks: [Double]
  package let isLogarithmic: Bool

  /// A linear axis that begins and ends at a mark.
  ///
  /// - Parameter count: About as many marks as the axis has space for.
  package init(_ values: ClosedRange<Double>, marks count: Int) {
    isLogarithmic = false
    let (low, high) = Self.widened(values)
    let step = Self.roundStep(atLeast: (high - low) / Double(max(1, count)))
    let (first, last) = ((low / step).rounded(.down), (high / step).rounded(.up))
    marks = (0...Int(last - first)).map { (first + Double($0)) * step }
    range = first * step...last * step
  }

  /// A logarithmic axis for positive values, marked at 1, 2 and 5 times the powers of ten, or at powers of ten alone.
  package init(logarithmic values: ClosedRange<Double>, marks count: Int) {
    precondition(values.lowerBound > 0, "a logarithmic axis from \(values.lowerBound)")
    isLogarithmic = true
    let exponents = Int(log10(values.lowerBound).rounded(.down))...Int(log10(values.upperBound).rounded(.up))
    // Powers of ten within the range, thinned to the marks that there is space for.
    let spacing = max(1, (exponents.count + count - 1) / max(1, count))
    let factors: [Double] = exponents.count * 3 <= count * 2 ? [1, 2, 5] : [1]
    let candidates = exponents.filter { ($0 - exponents.lowerBound) % spacing == 0 }.flatMap { exponent in
      factors.map { $0 * pow(10, Double(exponent)) }
    }
    let low = candidates.last { $0 <= values.lowerBound } ?? values.lowerBound
    let high = candidates.first { $0 >= values.upperBound } ?? values.upperBound
    let range = low...max(high, low * 1.000001)
    marks = candidates.filter { range.contains($0) }
    self.range = range
  }

  /// An axis as long as the values, for charts with few rows, where round numbers would take space: marked at equal distances.
  ///
  /// It is logarithmic if values differ by more than a factor of 4, as the losses of most runs do: their last part would be flat.
  package init(tight values: ClosedRange<Double>, marks count: Int) {
    precondition(count >= 2, "an axis with \(count) marks")
    let (low, high) = Self.widened(values)
    let isLogarithmic = low > 0 && high / low > 4
    self.isLogarithmic = isLogarithmic
    range = low...high
    marks = (0..<count).map { index in
      let share = Double(index) / Double(count - 1)
      return isLogarithmic ? exp(log(low) + share * (log(high) - log(low))) : low + share * (high - low)
    }
  }

  /// A logarithmic axis if it shows the values better, else a linear one.
  package static func fitting(_ values: ClosedRange<Double>, marks count: Int) -> AxisScale {
    values.lowerBound > 0 && values.upperBound / values.lowerBound >= 30
      ? AxisScale(logarithmic: values, marks: count) : AxisScale(values, marks: count)
  }

  /// A value's location on the axis: 0 at the beginning, 1 at the end, and not beyond.
  package func location(of value: Double) -> Double {
    let share =
      isLogarithmic
      ? (log(max(value, range.lowerBound)) - log(range.lowerBound)) / (log(range.upperBound) - log(range.lowerBound))
      : (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    return min(max(share, 0), 1)
  }

  /// A mark's number: short, and exact.
  package func text(_ mark: Double) -> String {
    let rounded = abs(mark) < (range.upperBound - range.lowerBound) * 1e-9 ? 0 : mark
    switch abs(rounded) {
    case 1e6...: return String(format: "%.4gM", rounded / 1e6)
    case 1e4...: return String(format: "%.5gk", rounded / 1e3)
    default: return String(format: "%.6g", rounded)
    }
  }

  /// Widens a range that is too short: an axis requires a length, and marks that differ as text.
  private static func widened(_ values: ClosedRange<Double>) -> (low: Double, high: Double) {
    let (low, high) = (values.lowerBound, values.upperBound)
    let largest = max(abs(low), abs(high))
    guard high - low <= largest * 1e-6 else { return (low, high) }
    let margin = largest > 0 ? largest * 0.05 : 0.5
    return (low - margin, high + margin)
  }

  /// 1, 2 or 5 times a power of ten.
  private static func roundStep(atLeast length: Double) -> Double {
    let power = pow(10, log10(length).rounded(.down))
    // A little less, for lengths that are round but for the last bit.
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= length * (1 - 1e-9) } ?? 10 * power
  }
}
