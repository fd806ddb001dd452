import CKernels
import Tensors
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
