import CKernels
import TestSupport
import Testing

@testable import Tensors

/// Few rows times the rows of a large matrix take a way of their own where registers are many.
@Suite struct ThinProductTests {
  /// Around the sides of a tile and of its blocks.
  private static let rows = [1, 3, 4, 5, 9, 131]
  private static let columns = [1, 4, 5, 6, 14]
  private static let inner = [16, 17, 31, 256, 1023, 1024, 1041, 2500]

  @Test(arguments: rows, columns) func everyEdge(rows: Int, columns: Int) {
    for inner in Self.inner {
      let (x, y) = (randomTensor([rows, inner], .float32, 1), randomTensor([columns, inner], .float32, 2))
      let products = sumsOfProducts(x, y, transposeB: true).map { $0.scaled(by: 0.5) }
      // Wider in memory than the matrix product takes, with what would spoil it in the gaps.
      let (strideA, strideB, strideC) = (inner + 5, inner + 3, columns + 2)
      let (a, b) = (strided(x, stride: strideA), strided(y, stride: strideB))
      let c = randomTensor([rows, strideC], .float32, 3)
      let before = c.values
      func elements(_ values: [Double]) -> [Double] {
        (0..<rows * columns).map { values[$0 / columns * strideC + $0 % columns] }
      }
      func multiply(adding: Bool) {
        ck_thin_product(
          rows, columns, inner, 0.5, floats(a), strideA, floats(b), strideB, adding, floats(c), strideC)
      }
      multiply(adding: true)
      let sums = zip(elements(before), products).map { SumOfProducts([$0], [1]) + $1 }
      expectClose(elements(c.values), sums, .float32)
      // Memory between the rows stays unchanged, and old results are not read.
      for row in 0..<rows {
        for gap in columns..<strideC { #expect(c[row * strideC + gap] == before[row * strideC + gap]) }
        for column in 0..<columns { c[row * strideC + column] = .nan }
      }
      multiply(adding: false)
      expectClose(elements(c.values), products, .float32)
    }
  }

  @Test func isForFewRowsAndAVX512() {
    let matrix = randomTensor([4, 4], .float32, 1)
    let (plain, transposed) = (MatrixView(matrix), MatrixView(matrix, transposed: true))
    func isThin(_ m: Int, _ n: Int, _ k: Int, _ a: MatrixView, _ b: MatrixView, hasAVX512: Bool = true) -> Bool {
      BLAS.isThin(m: m, n: n, k: k, a, b, hasAVX512: hasAVX512)
    }
    #expect(isThin(64, 1024, 3072, plain, transposed))
    #expect(isThin(200, 10, 1024, plain, transposed))
    #expect(!isThin(200, 1024, 1024, plain, transposed))
    #expect(!isThin(64, 1024, 100, plain, transposed))
    #expect(!isThin(64, 1024, 3072, plain, plain))
    #expect(!isThin(64, 1024, 3072, transposed, transposed))
    #expect(!isThin(64, 1024, 3072, plain, transposed, hasAVX512: false))
  }

  /// The rows of a matrix `stride` elements apart, and NaN between them.
  private func strided(_ matrix: Tensor, stride: Int) -> Tensor {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let result = Tensor(uninitialized: [rows, stride], pool: StoragePool())
    ck_fill(CK_FLOAT32, result.count, .nan, result.pointer)
    for row in 0..<rows {
      floats(result).advanced(by: row * stride).update(from: floats(matrix).advanced(by: row * columns), count: columns)
    }
    return result
  }

  private func floats(_ tensor: Tensor) -> UnsafeMutablePointer<Float> {
    tensor.pointer.assumingMemoryBound(to: Float.self)
  }
}
