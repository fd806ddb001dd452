import CKernels
import Tensors
import Testing

private let sizes = [(1, 3), (2, 1), (7, 5), (131, 16), (67, 37), (70, 300)]

/// Batch normalisation by the formulas of the paper, in double.
private struct Reference {
  let rows, channels: Int
  let x, gamma, beta, dy: [Double]
  let epsilon = 1e-5
  let relu: Bool

  private func column(_ values: [Double], _ c: Int) -> [Double] { (0..<rows).map { values[$0 * channels + c] } }

  func mean(_ c: Int) -> Double { column(x, c).reduce(0, +) / Double(rows) }

  func variance(_ c: Int) -> Double {
    let m = mean(c)
    return column(x, c).reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(rows)
  }

  var means: [Double] { (0..<channels).map(mean) }
  var variances: [Double] { (0..<channels).map(variance) }

  /// y, dx, Σ dy·x̂ and Σ dy, dx with or without the gradient through the statistics.
  func run(trained: Bool) -> (y: [Double], dx: [Double], products: [Double], sums: [Double]) {
    var (y, dx) = (x, x)
    var (products, sums) = ([Double](), [Double]())
    for c in 0..<channels {
      let deviation = (variance(c) + epsilon).squareRoot()
      let m = mean(c)
      let normalized = column(x, c).map { ($0 - m) / deviation }
      let output = normalized.map { $0 * gamma[c] + beta[c] }
      let g = zip(column(dy, c), output).map { relu && $1 <= 0 ? 0 : $0 }
      let sum = g.reduce(0, +)
      let product = zip(g, normalized).reduce(0) { $0 + $1.0 * $1.1 }
      for r in 0..<rows {
        y[r * channels + c] = relu ? max(output[r], 0) : output[r]
        let centered = trained ? g[r] - sum / Double(rows) - normalized[r] * product / Double(rows) : g[r]
        dx[r * channels + c] = gamma[c] / deviation * centered
      }
      products.append(product)
      sums.append(sum)
    }
    return (y, dx, products, sums)
  }
}

@Suite struct NormalizationKernelTests {
  private let pool = StoragePool()

  @Test(arguments: sizes, floatingTypes)
  func againstTheFormulas(_ size: (Int, Int), _ dtype: DType) {
    for relu in [false, true] { check(rows: size.0, channels: size.1, relu: relu, dtype) }
  }

  private func check(rows: Int, channels: Int, relu: Bool, _ dtype: DType) {
    let type = dtype.kernelType
    let (x, dy) = (randomTensor([rows, channels], dtype, 1), randomTensor([rows, channels], dtype, 2))
    let (gamma, beta) = (randomTensor([channels], dtype, 3), randomTensor([channels], dtype, 4))
    let reference = Reference(
      rows: rows, channels: channels, x: x.values, gamma: gamma.values, beta: beta.values, dy: dy.values, relu: relu)

    func vector() -> Tensor { Tensor(uninitialized: [channels], dtype: dtype, pool: pool) }
    let (mean, variance, inverse) = (vector(), vector(), vector())
    ck_batch_norm_statistics(type, rows, channels, x.pointer, mean.pointer, variance.pointer)
    expectClose(mean.values, reference.means, dtype)
    expectClose(variance.values, reference.variances, dtype)

    ck_inverse_deviation(type, channels, reference.epsilon, variance.pointer, inverse.pointer)
    let y = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    ck_batch_norm_forward(
      type, rows, channels, x.pointer, mean.pointer, inverse.pointer, gamma.pointer, beta.pointer, relu, y.pointer)
    let expected = reference.run(trained: true)
    // One row: its variance is rounding, of which the small epsilon makes a factor of 300.
    let ulps = rows == 1 ? 4000.0 : 100
    expectClose(y.values, expected.y, dtype, ulps: ulps)

    let (sums, products) = (vector(), vector())
    ck_batch_norm_backward_sums(
      type, rows, channels, x.pointer, mean.pointer, inverse.pointer, relu, y.pointer, dy.pointer, sums.pointer,
      products.pointer)
    expectClose(sums.values, expected.sums, dtype, ulps: ulps, scale: 8)
    expectClose(products.values, expected.products, dtype, ulps: ulps, scale: 8)

    let dx = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    func backward(_ trained: Bool, _ accumulate: Bool) {
      ck_batch_norm_backward_input(
        type, rows, channels, x.pointer, mean.pointer, inverse.pointer, gamma.pointer, relu, y.pointer, dy.pointer,
        trained ? sums.pointer : nil, trained ? products.pointer : nil, Double(rows), dx.pointer, accumulate)
    }
    let constants = reference.run(trained: false).dx
    let scale = constants.map(abs).max() ?? 1
    backward(true, false)
    expectClose(dx.values, expected.dx, dtype, ulps: ulps, scale: scale)
    backward(false, true)
    expectClose(dx.values, zip(expected.dx, constants).map(+), dtype, ulps: 2 * ulps, scale: scale)
  }

  @Test func varianceOfValuesFarFromZero() {
    // The difference of two sums of squares would lose every digit here.
    let rows = 1_003
    let noise = randomTensor([rows, 3], .float64, 1)
    let x = Tensor(noise.values.map { 1e4 + $0 }, shape: [rows, 3], pool: pool)
    let (mean, variance) = (Tensor(zeros: [3], pool: pool), Tensor(zeros: [3], pool: pool))
    ck_batch_norm_statistics(CK_FLOAT32, rows, 3, x.pointer, mean.pointer, variance.pointer)
    let reference = Reference(
      rows: rows, channels: 3, x: x.values, gamma: [1, 1, 1], beta: [0, 0, 0], dy: [], relu: false)
    expectClose(mean.values, reference.means, .float32, ulps: 2)
    expectClose(variance.values, reference.variances, .float32, ulps: 16)
  }

  @Test func noRowsGiveZeros() {
    let (mean, variance) = (Tensor([5], shape: [1], pool: pool), Tensor([5], shape: [1], pool: pool))
    ck_batch_norm_statistics(CK_FLOAT32, 0, 1, mean.pointer, mean.pointer, variance.pointer)
    #expect(mean.values == [0] && variance.values == [0])
  }

  @Test func missingGammaAndBetaAreOnesAndZeros() {
    let x = Tensor([1, 3], shape: [2, 1], pool: pool)
    let (mean, inverse) = (Tensor([2], shape: [1], pool: pool), Tensor([0.5], shape: [1], pool: pool))
    let y = Tensor(zeros: [2, 1], pool: pool)
    ck_batch_norm_forward(CK_FLOAT32, 2, 1, x.pointer, mean.pointer, inverse.pointer, nil, nil, false, y.pointer)
    #expect(y.values == [-0.5, 0.5])
  }
}
