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
}
