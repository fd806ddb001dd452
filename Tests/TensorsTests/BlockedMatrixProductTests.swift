import Testing

@testable import Tensors

/// Matrix products of many rows with something to do to the result.
@Suite struct BlockedMatrixProductTests {
  private let pool = StoragePool()

  /// Enough rows for packing, with some left over, and too few.
  @Test(arguments: [1061, 1024, 300], floatingTypes) func isTheProduct(rows: Int, dtype: DType) {
    let (inner, columns) = (257, 260)
    let a = randomTensor([rows, inner], dtype, 1)
    for transposed in [false, true] {
      let b = randomTensor(transposed ? [columns, inner] : [inner, columns], dtype, 2)
      let expected = sumsOfProducts(a, b, transposeB: transposed)
      let found = Tensor(zeros: [rows, columns], dtype: dtype, pool: pool)
      var next = 0
      MatrixPacker(pool: pool).multiply(a, b, transposed: transposed, into: found) { range in
        #expect(range.lowerBound == next)
        next = range.upperBound
        // The block's last element is there by now.
        let last = range.upperBound * columns - 1
        expectClose([found[last]], [expected[last]], dtype)
      }
      #expect(next == rows)
      expectClose(found.values, expected, dtype)
    }
  }
}
