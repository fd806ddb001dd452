import Tensors

/// A sum of products, added in double, and how far from it a kernel's result may lie. Kernels add in an order of their
/// own, which differs from processor to processor, so the tolerance holds for every order, with fused products or without.
public struct SumOfProducts {
  /// The signs of the products that are added.
  public enum Signs: Sendable {
    /// The worst case: γ(n) · Σ|aᵢbᵢ| with γ(n) = n·u / (1 − n·u) and the unit roundoff u (Higham, Accuracy and
    /// Stability of Numerical Algorithms, 2nd edition, §3.1).
    case any
    /// Either sign with the same probability. Partial sums then stay small and the error is a few u · Σ|aᵢbᵢ|, however
    /// many terms there are (Higham and Mary, Sharper Probabilistic Backward Error Analysis for Basic Linear Algebra
    /// Kernels with Random Data, SIAM Journal on Scientific Computing 42, 2020).
    case random
  }

  public private(set) var value = 0.0
  /// Σ|aᵢbᵢ|.
  public private(set) var magnitude = 0.0
  /// Roundings on the way of a term into the result, at most.
  public private(set) var roundings = 0

  public init() {}

  /// A sum that was added elsewhere, in double.
  public init(value: Double, magnitude: Double, terms: Int) {
    (self.value, self.magnitude, roundings) = (value, magnitude, terms)
  }

  public init(_ a: [Double], _ b: [Double]) {
    for (a, b) in zip(a, b) { add(a, b) }
  }

  public mutating func add(_ a: Double, _ b: Double = 1) {
    value += a * b
    magnitude += abs(a * b)
    roundings += 1
  }

  /// Multiplied by `factor`, in the type of the result.
  public func scaled(by factor: Double) -> SumOfProducts {
    var sum = self
    sum.value *= factor
    sum.magnitude *= abs(factor)
    sum.roundings += 1
    return sum
  }

  /// Zero in place of a negative sum; rounding then matters as much as before.
  public var rectified: SumOfProducts {
    var sum = self
    sum.value = max(value, 0)
    return sum
  }

  public static func + (left: SumOfProducts, right: SumOfProducts) -> SumOfProducts {
    var sum = left
    sum.value += right.value
    sum.magnitude += right.magnitude
    sum.roundings += right.roundings
    return sum
  }

  /// The tolerance for a result computed in `dtype`; `value`'s own rounding is part of it.
  public func tolerance(_ dtype: DType, signs: Signs) -> Double {
    func relative(_ unit: Double) -> Double {
      let error = Double(roundings) * unit / (1 - Double(roundings) * unit)
      // Sixteen: a random sum, added one after the other, has a standard error of about half of u · Σ|aᵢbᵢ|.
      return signs == .random ? min(error, 16 * unit) : error
    }
    let unit = dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
    return magnitude * (relative(unit / 2) + relative(Double.ulpOfOne / 2))
  }
}
