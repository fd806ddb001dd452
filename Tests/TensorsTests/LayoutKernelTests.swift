import CKernels
import Tensors
import Testing

@Suite struct LayoutKernelTests {
  private let pool = StoragePool()

  @Test(arguments: [(1, 1, 1), (2, 3, 5), (3, 49, 16), (1, 65, 8), (2, 10, 37)], floatingTypes)
  func transpose(_ size: (Int, Int, Int), _ dtype: DType) {
    let (batch, rows, columns) = size
    let x = randomTensor([batch, rows, columns], dtype, 1)
    let y = Tensor(uninitialized: [batch, columns, rows], dtype: dtype, pool: pool)
    ck_transpose(dtype.kernelType, batch, rows, columns, x.pointer, y.pointer)
    let values = x.values
    let expected = (0..<x.count).map { index in
      let (n, rest) = (index / (rows * columns), index % (rows * columns))
      return values[n * rows * columns + rest % rows * columns + rest / rows]
    }
    #expect(y.values == expected)
    let back = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    ck_transpose(dtype.kernelType, batch, columns, rows, y.pointer, back.pointer)
    #expect(back.values == values)
  }

  @Test(arguments: floatingTypes)
  func concatenatesAndSplitsChannels(_ dtype: DType) {
    let type = dtype.kernelType
    let (a, b) = (randomTensor([7, 3], dtype, 1), randomTensor([7, 5], dtype, 2))
    let both = Tensor(zeros: [7, 8], dtype: dtype, pool: pool)
    ck_copy_rows(type, 7, 3, a.pointer, 3, both.pointer, 8, false)
    ck_copy_rows(type, 7, 5, b.pointer, 5, both.pointer + 3 * dtype.size, 8, false)
    let expected = (0..<7).flatMap { a.rows($0..<$0 + 1).values + b.rows($0..<$0 + 1).values }
    #expect(both.values == expected)
    let part = Tensor(zeros: [7, 5], dtype: dtype, pool: pool)
    for _ in 0..<2 { ck_copy_rows(type, 7, 5, both.pointer + 3 * dtype.size, 8, part.pointer, 5, true) }
    #expect(part.values == b.values.map { 2 * $0 })
  }
}
