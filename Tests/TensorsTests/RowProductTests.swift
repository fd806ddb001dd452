import CKernels
import TestSupport
import Testing

@testable import Tensors

/// One row times a matrix takes a way of its own.
@Suite struct RowProductTests {
  private let pool = StoragePool()
  /// Around the width of the kernel's vectors, and on both sides of where it changes its way.
  private static let sizes = [(1, 1), (5, 7), (4, 16), (37, 100), (3, 255), (9, 256), (13, 531)]

  @Test(arguments: sizes, floatingTypes) func everyOrientation(_ size: (Int, Int), _ dtype: DType) {
    let (n, k) = size
    for transposed in [false, true] {
      // Wider in memory than the matrix product takes.
      let stride = (transposed ? k : n) + 3
      let (a, c) = (randomTensor([1, k], dtype, 1), randomTensor([1, n], dtype, 3))
      let b = randomTensor([transposed ? n : k, stride], dtype, 2)
      let (x, y, before) = (a.values, b.values, c.values)
      let products = sumsOfProducts(rows: 1, columns: n, inner: k, { x[$1] }) { inner, column in
        y[transposed ? column * stride + inner : inner * stride + column]
      }.map { $0.scaled(by: 0.5) }
      func multiply(adding: Bool) {
        BLAS.multiply(
          dtype, m: 1, n: n, k: k, alpha: 0.5, MatrixView(a),
          MatrixView(b.pointer, stride: stride, transposed: transposed),
          beta: adding ? 1 : 0, into: MatrixView(c))
      }
      multiply(adding: true)
      expectClose(c.values, zip(before, products).map { SumOfProducts([$0], [1]) + $1 }, dtype)
      // Old results are not read.
      for index in 0..<n { c[index] = .nan }
      multiply(adding: false)
      expectClose(c.values, products, dtype)
    }
  }

  /// As a part of a matrix product of several rows, which takes the general way: both are as near to the sums as rounding lets
  /// them.
  @Test func agreesWithSeveralRows() {
    let (rows, columns, inner) = (3, 70, 300)
    let (a, b) = (randomTensor([rows, inner], .float32, 1), randomTensor([columns, inner], .float32, 2))
    let (all, one) = (Tensor(zeros: [rows, columns], pool: pool), Tensor(zeros: [1, columns], pool: pool))
    let (x, y) = (a.values, b.values)
    let expected = sumsOfProducts(
      rows: rows, columns: columns, inner: inner, { x[$0 * inner + $1] }, { y[$1 * inner + $0] })
    BLAS.multiply(a, b, transposeB: true, into: all)
    expectClose(all.values, expected, .float32, "several rows")
    for row in 0..<rows {
      BLAS.multiply(a.rows(row..<row + 1), b, transposeB: true, into: one)
      expectClose(one.values, Array(expected[row * columns..<(row + 1) * columns]), .float32, "row \(row)")
    }
  }

  @Test func noInnerElementsGiveZeros() {
    let c = randomTensor([1, 3], .float32, 1)
    BLAS.multiply(Tensor(zeros: [1, 0], pool: pool), Tensor(zeros: [0, 3], pool: pool), into: c)
    #expect(c.values == [0, 0, 0])
  }

  /// Bits do not depend on where matrix, vector and result lie.
  @Test(arguments: [100, 384]) func anyAddress(columns: Int) {
    let rows = 11
    let (matrix, vector) = (randomTensor([rows, columns], .float32, 1), randomTensor([columns], .float32, 2))
    let memory = Tensor(zeros: [rows * columns + columns + 128], pool: pool)
    func product(shiftedBy shift: Int) -> [Double] {
      let b = memory.rows(shift..<shift + rows * columns)
      let a = memory.rows(b.count + 2 * shift..<b.count + 2 * shift + columns)
      b.copy(from: matrix)
      a.copy(from: vector)
      let c = memory.rows(memory.count - rows - shift..<memory.count - shift)
      BLAS.multiply(
        a.reshaped([1, columns]), b.reshaped([rows, columns]), transposeB: true, into: c.reshaped([1, rows]))
      return c.values
    }
    let first = product(shiftedBy: 0)
    for shift in 1..<17 { #expect(product(shiftedBy: shift) == first, "shifted by \(shift)") }
  }
}
