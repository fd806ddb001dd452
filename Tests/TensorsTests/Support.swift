import CKernels
import Tensors
import TestSupport
import Testing

let floatingTypes: [DType] = [.float32, .float64]

/// Values in −1 ..< 1 that are the same on every run.
func randomTensor(_ shape: [Int], _ dtype: DType, _ number: UInt32, pool: StoragePool = StoragePool()) -> Tensor {
  let tensor = Tensor(uninitialized: shape, dtype: dtype, pool: pool)
  RandomStream(seed: 20, purpose: .synthetic, sample: number).fillUniform(tensor, in: -1..<1)
  return tensor
}

/// Checks that two lists agree within `ulps` units of the type's precision, relative to the larger of the value and `scale`.
func expectClose(
  _ actual: [Double], _ expected: [Double], _ dtype: DType, ulps: Double = 8, scale: Double = 1,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, comment, sourceLocation: sourceLocation)
  let unit = dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
  for (index, (a, e)) in zip(actual, expected).enumerated() {
    let tolerance = ulps * unit * max(abs(e), scale)
    // Written so that a NaN fails.
    guard abs(a - e) <= tolerance || a == e else {
      Issue.record("\(comment ?? "") element \(index): \(a) instead of \(e)", sourceLocation: sourceLocation)
      return
    }
  }
}

/// Checks that results agree with sums within the rounding that any order of addition may bring; products of random
/// tensors have random signs.
func expectClose(
  _ actual: [Double], _ expected: [SumOfProducts], _ dtype: DType, signs: SumOfProducts.Signs = .random,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, comment, sourceLocation: sourceLocation)
  for (index, (a, e)) in zip(actual, expected).enumerated() {
    let tolerance = e.tolerance(dtype, signs: signs)
    // Written so that a NaN fails.
    guard abs(a - e.value) <= tolerance else {
      Issue.record(
        "\(comment ?? "") element \(index): \(a) instead of \(e.value) ± \(tolerance)", sourceLocation: sourceLocation)
      return
    }
  }
}

/// The matrix product in plain code, row by row; the closures give their elements.
func sumsOfProducts(
  rows: Int, columns: Int, inner: Int, _ a: (_ row: Int, _ inner: Int) -> Double,
  _ b: (_ inner: Int, _ column: Int) -> Double
) -> [SumOfProducts] {
  (0..<rows * columns).map { index in
    var sum = SumOfProducts()
    for i in 0..<inner { sum.add(a(index / columns, i), b(i, index % columns)) }
    return sum
  }
}

/// The same for matrices too large for plain code: BLAS adds them in double, which `BLASTests` holds to plain sums.
func sumsOfProducts(_ a: Tensor, transposeA: Bool = false, _ b: Tensor, transposeB: Bool = false) -> [SumOfProducts] {
  let (rows, inner) = (a.shape[transposeA ? 1 : 0], a.shape[transposeA ? 0 : 1])
  let columns = b.shape[transposeB ? 0 : 1]
  func product(_ change: (Double) -> Double) -> [Double] {
    let wide = [a, b].map { Tensor($0.values.map(change), shape: $0.shape, dtype: .float64, pool: StoragePool()) }
    let result = Tensor(zeros: [rows, columns], dtype: .float64, pool: StoragePool())
    BLAS.multiply(wide[0], transposeA: transposeA, wide[1], transposeB: transposeB, into: result)
    return result.values
  }
  return zip(product { $0 }, product(abs)).map { SumOfProducts(value: $0, magnitude: $1, terms: inner) }
}
