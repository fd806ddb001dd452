import CKernels
import Tensors
import Testing

@Suite struct OptimizerKernelTests {
  private let pool = StoragePool()

  @Test(arguments: [0.0, 0.9], floatingTypes)
  func threeSteps(_ momentum: Double, _ dtype: DType) {
    for nesterov in [false, true] {
      let n = 103
      let (weights, velocities) = (randomTensor([n], dtype, 1), Tensor(zeros: [n], dtype: dtype, pool: pool))
      var (w, v) = (weights.values, [Double](repeating: 0, count: n))
      let sgd = ck_sgd(
        learning_rate: 0.1, gradient_scale: 0.25, coupling: 0.01, momentum: momentum, nesterov: nesterov)
      for step in 0..<3 as Range<UInt32> {
        let gradients = randomTensor([n], dtype, 2 + step)
        for (index, raw) in gradients.values.enumerated() {
          let g = 0.25 * raw + 0.01 * w[index]
          v[index] = momentum * v[index] + g
          w[index] -= 0.1 * (nesterov ? g + momentum * v[index] : v[index])
        }
        ck_sgd_update(
          dtype.kernelType, n, sgd, gradients.pointer, momentum == 0 ? nil : velocities.pointer, weights.pointer)
      }
      expectClose(weights.values, w, dtype)
      if momentum != 0 { expectClose(velocities.values, v, dtype) }
    }
  }

  @Test(arguments: floatingTypes)
  func adam(_ dtype: DType) {
    let n = 103
    let (weights, first, second) = (
      randomTensor([n], dtype, 1), Tensor(zeros: [n], dtype: dtype, pool: pool),
      Tensor(zeros: [n], dtype: dtype, pool: pool)
    )
    var (w, m, v) = (weights.values, [Double](repeating: 0, count: n), [Double](repeating: 0, count: n))
    let adam = ck_adam(
      step_size: 0.1, gradient_scale: 0.25, coupling: 0.01, decay: 0.99, beta1: 0.8, beta2: 0.9, epsilon: 1e-3,
      root_correction: 0.7)
    for step in 0..<3 as Range<UInt32> {
      let gradients = randomTensor([n], dtype, 2 + step)
      for (index, raw) in gradients.values.enumerated() {
        let g = 0.25 * raw + 0.01 * w[index]
        m[index] = 0.8 * m[index] + 0.2 * g
        v[index] = 0.9 * v[index] + 0.1 * g * g
        w[index] = 0.99 * w[index] - 0.1 * m[index] / (v[index].squareRoot() / 0.7 + 1e-3)
      }
      ck_adam_update(
        dtype.kernelType, n, adam, gradients.pointer, first.pointer, second.pointer, weights.pointer)
    }
    expectClose(weights.values, w, dtype)
    expectClose(first.values, m, dtype)
    expectClose(second.values, v, dtype)
  }

  @Test(arguments: floatingTypes)
  func clipping(_ dtype: DType) {
    let n = 103
    let (weights, gradients) = (randomTensor([n], dtype, 1), randomTensor([n], dtype, 2))
    gradients[7] = .nan
    let expected = zip(gradients.values, weights.values).map { min(max(0.5 * $0 + 0.25 * $1, -0.2), 0.2) }
    let clipped = randomTensor([n], dtype, 3)
    ck_clip_gradients(dtype.kernelType, n, 0.5, 0.25, 0.2, weights.pointer, gradients.pointer, clipped.pointer)
    #expect(clipped[7].isNaN)
    clipped[7] = expected[6]
    var wanted = expected
    wanted[7] = expected[6]
    expectClose(clipped.values, wanted, dtype)
    #expect(clipped.values.contains(where: { abs(abs($0) - 0.2) < 1e-6 }))
  }
}
