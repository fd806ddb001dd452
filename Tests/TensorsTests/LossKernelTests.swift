import CKernels
import Foundation
import Tensors
import Testing

private func softmax(_ row: [Double]) -> [Double] {
  let largest = row.max() ?? 0
  let terms = row.map { exp($0 - largest) }
  let sum = terms.reduce(0, +)
  return terms.map { $0 / sum }
}

@Suite struct LossKernelTests {
  private let pool = StoragePool()
  private static let sizes = [(1, 1), (3, 2), (11, 10), (5, 103)]

  private func logits(_ rows: Int, _ columns: Int, _ dtype: DType) -> Tensor {
    let x = Tensor(uninitialized: [rows, columns], dtype: dtype, pool: pool)
    RandomStream(seed: 5, purpose: .synthetic).fillNormal(x, deviation: 3)
    return x
  }

  private func rows(_ values: [Double], _ columns: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  @Test(arguments: sizes, floatingTypes)
  func softmaxAndItsLogarithm(_ size: (Int, Int), _ dtype: DType) {
    let (n, k) = size
    let type = dtype.kernelType
    let (x, dy) = (logits(n, k, dtype), randomTensor([n, k], dtype, 3))
    let p = rows(x.values, k).map(softmax)
    let g = rows(dy.values, k)
    let y = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    let dx = Tensor(zeros: x.shape, dtype: dtype, pool: pool)

    ck_softmax(type, n, k, x.pointer, y.pointer)
    expectClose(y.values, p.flatMap { $0 }, dtype)
    ck_softmax_backward(type, n, k, y.pointer, dy.pointer, dx.pointer, true)
    let expected = zip(p, g).flatMap { p, g in
      let dot = zip(p, g).reduce(0) { $0 + $1.0 * $1.1 }
      return zip(p, g).map { $0 * ($1 - dot) }
    }
    expectClose(dx.values, expected, dtype)
  }

  @Test(arguments: sizes, floatingTypes)
  func crossEntropy(_ size: (Int, Int), _ dtype: DType) {
    let (n, k) = size
    let x = logits(n, k, dtype)
    let labels = Tensor((0..<n).map { Double($0 * 7 % k) }, shape: [n], dtype: .int32, pool: pool)
    let weights = Tensor((0..<k).map { 0.5 + Double($0 % 3) }, shape: [k], dtype: dtype, pool: pool)
    let p = rows(x.values, k).map(softmax)
    for smoothing in k > 1 ? [0, 0.1] : [0] {
      for weighted in [false, true] {
        var (loss, weight, correct) = (0.0, 0.0, 0)
        var gradient: [Double] = []
        for (row, p) in p.enumerated() {
          let label = Int(labels[row])
          let w = weighted ? weights[label] : 1
          let target = p.indices.map { $0 == label ? 1 - smoothing : smoothing / Double(max(k - 1, 1)) }
          loss -= w * zip(p, target).reduce(0) { $0 + $1.1 * log($1.0) }
          weight += w
          correct += p.firstIndex(of: p.max() ?? 0) == label ? 1 : 0
          gradient += zip(p, target).map { w * ($0 - $1) }
        }
        let dx = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
        var rowLosses = [Double](repeating: 0, count: n)
        let result = ck_softmax_cross_entropy(
          dtype.kernelType, n, k, x.pointer, labels.int32s.baseAddress!, smoothing, weighted ? weights.pointer : nil,
          dx.pointer, &rowLosses)
        expectClose([result.loss], [loss], dtype, scale: Double(n))
        #expect(result.weight == weight && result.correct == correct && result.invalid_row == -1)
        // Sums of n terms of one sign: either side rounds n times at most.
        expectClose([rowLosses.reduce(0, +)], [result.loss], .float64, ulps: Double(8 + n))
        expectClose(dx.values, gradient, dtype)
        let alone = ck_softmax_cross_entropy(
          dtype.kernelType, n, k, x.pointer, labels.int32s.baseAddress!, smoothing, weighted ? weights.pointer : nil,
          nil, nil)
        expectClose([alone.loss], [result.loss], dtype, ulps: 2)
      }
    }
  }

  @Test(arguments: sizes, floatingTypes)
  func crossEntropyAgainstDenseTargets(_ size: (Int, Int), _ dtype: DType) {
    let (n, k) = size
    let x = logits(n, k, dtype)
    let targets = Tensor(
      (0..<n).flatMap { row in softmax((0..<k).map { Double(($0 * 5 + row) % 7) }) }, shape: [n, k], dtype: dtype,
      pool: pool)
    let (p, t) = (rows(x.values, k).map(softmax), rows(targets.values, k))
    let loss = -zip(p, t).reduce(0) { $0 + zip($1.0, $1.1).reduce(0) { $0 + $1.1 * log($1.0) } }
    let dx = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    let result = ck_softmax_cross_entropy_dense(
      dtype.kernelType, n, k, x.pointer, targets.pointer, 0, nil, dx.pointer, nil)
    expectClose([result.loss], [loss], dtype, scale: Double(n))
    let correct = zip(p, t).filter { $0.firstIndex(of: $0.max() ?? 0) == $1.firstIndex(of: $1.max() ?? 0) }
    #expect(result.correct == correct.count && result.weight == Double(n))
    expectClose(dx.values, zip(p.flatMap { $0 }, t.flatMap { $0 }).map { $0 - $1 }, dtype)
  }

  @Test func labelsOutsideTheClasses() {
    let x = logits(3, 4, .float32)
    let dx = randomTensor([3, 4], .float32, 1)
    let skipped = ck_softmax_cross_entropy(CK_FLOAT32, 3, 4, x.pointer, [2, -1, 0], 0, nil, dx.pointer, nil)
    #expect(skipped.weight == 2 && skipped.invalid_row == -1)
    #expect(dx.rows(1..<2).values == [0, 0, 0, 0])
    let invalid = ck_softmax_cross_entropy(CK_FLOAT32, 3, 4, x.pointer, [2, 4, 9], 0, nil, dx.pointer, nil)
    #expect(invalid.weight == 1 && invalid.invalid_row == 1)
  }

  @Test func rowsThatLossesOfTheTrueClassLeaveOut() {
    let x = logits(3, 4, .float32)
    for loss in 0..<2 {
      func result(_ labels: [Int32], _ dx: Tensor) -> ck_loss {
        loss == 0
          ? ck_focal_loss(CK_FLOAT32, 3, 4, x.pointer, labels, 2, nil, dx.pointer)
          : ck_symmetric_cross_entropy(CK_FLOAT32, 3, 4, x.pointer, labels, 0.1, 1, dx.pointer)
      }
      let dx = randomTensor([3, 4], .float32, 1)
      let skipped = result([2, -1, 0], dx)
      #expect(skipped.weight == 2 && skipped.invalid_row == -1)
      #expect(dx.rows(1..<2).values == [0, 0, 0, 0])
      let invalid = result([2, 4, 9], dx)
      #expect(invalid.weight == 1 && invalid.invalid_row == 1)
    }
  }

  @Test func hugeLogitsDoNotOverflow() {
    let x = Tensor([1e4, -1e4, 3e38, 0], shape: [2, 2], pool: pool)
    let dx = Tensor(uninitialized: [2, 2], pool: pool)
    let result = ck_softmax_cross_entropy(CK_FLOAT32, 2, 2, x.pointer, [1, 0], 0, nil, dx.pointer, nil)
    #expect(result.loss == 2e4 && result.correct == 1)
    #expect(dx.values == [1, -1, 0, 0])
  }

  @Test(arguments: floatingTypes)
  func binaryCrossEntropyAndSquaredError(_ dtype: DType) {
    let n = 203
    let x = Tensor((0..<n).map { Double($0 - 100) / 3 }, shape: [n], dtype: dtype, pool: pool)
    let t = Tensor((0..<n).map { Double($0 % 5) / 4 }, shape: [n], dtype: dtype, pool: pool)
    let pairs = Array(zip(x.values, t.values))
    // Sums of n terms of one sign, each of a few roundings: either side rounds n times at most.
    let ulps = Double(8 + n)
    let dx = Tensor(uninitialized: [n], dtype: dtype, pool: pool)
    let binary = ck_binary_cross_entropy(dtype.kernelType, n, x.pointer, t.pointer, dx.pointer)
    let terms = pairs.map { z, t in max(z, 0) - z * t + log1p(exp(-abs(z))) }
    expectClose([binary], [terms.reduce(0, +)], .float64, ulps: ulps)
    expectClose(dx.values, pairs.map { 1 / (1 + exp(-$0)) - $1 }, dtype, ulps: 2)
    #expect(ck_binary_cross_entropy(dtype.kernelType, n, x.pointer, t.pointer, nil) == binary)

    let squared = ck_squared_error(dtype.kernelType, n, x.pointer, t.pointer, dx.pointer)
    expectClose([squared], [pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }], .float64, ulps: ulps)
    expectClose(dx.values, pairs.map { 2 * ($0 - $1) }, dtype, ulps: 2)
    expectClose([ck_squared_error(dtype.kernelType, n, x.pointer, t.pointer, nil)], [squared], .float64, ulps: ulps)
  }

  @Test(arguments: floatingTypes)
  func argmaxAndOneHot(_ dtype: DType) {
    let x = Tensor([1, 5, 5, 9, 2, 3], shape: [2, 3], dtype: dtype, pool: pool)
    var indices: [Int32] = [0, 0]
    ck_argmax(dtype.kernelType, 2, 3, x.pointer, &indices)
    #expect(indices == [1, 0])
    let y = randomTensor([3, 3], dtype, 1)
    ck_one_hot(dtype.kernelType, 3, 3, [2, -1, 0], y.pointer)
    #expect(y.values == [0, 0, 1, 0, 0, 0, 1, 0, 0])
  }
}
