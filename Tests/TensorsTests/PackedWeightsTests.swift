import TestSupport
import Testing

@testable import Tensors

@Suite struct PackedWeightsTests {
  private let pool = StoragePool()

  private func random(_ shape: [Int], seed: UInt64, _ dtype: DType) -> Tensor {
    let tensor = Tensor(uninitialized: shape, dtype: dtype, pool: pool)
    RandomStream(seed: seed, purpose: .synthetic).fillNormal(tensor, deviation: 1)
    return tensor
  }

  /// Large enough to be packed where oneDNN is fast, and too small for it; one row, and rows that lie apart.
  @Test(arguments: [1, 3, 8, 25], [(7, 5), (256, 300)]) func isTheProduct(rows: Int, size: (Int, Int)) {
    let packer = MatrixPacker(pool: pool)
    for dtype in [DType.float32, .float64] {
      for transposed in [false, true] {
        let b = random([size.0, size.1], seed: 1, dtype)
        let (inner, columns) = transposed ? (size.1, size.0) : (size.0, size.1)
        let packed = packer.pack(b, transposed: transposed, rows: rows, steps: 20)
        let wide = random([rows, 2 * inner], seed: 2, dtype)
        let a = Tensor(uninitialized: [rows, inner], dtype: dtype, pool: pool)
        for row in 0..<rows {
          for column in 0..<inner { a[row * inner + column] = wide[row * 2 * inner + column] }
        }
        let expected = sumsOfProducts(a, b, transposeB: transposed)
        let found = Tensor(uninitialized: [rows, columns], dtype: dtype, pool: pool)
        packed.multiply(MatrixView(a), into: found)
        expectClose(found.values, expected, dtype, "transposed \(transposed)")
        packed.multiply(MatrixView(wide.pointer, stride: 2 * inner), into: found, adding: true)
        expectClose(found.values, expected.map { $0 + $0 }, dtype, "transposed \(transposed), adding")
      }
    }
  }

  #if OneDNN
    @Test func largeMatricesForSeveralRowsAndStepsArePacked() {
      #expect(MatrixPacker.isForPacking(rows: 25, count: 512 * 2048, steps: 50, hasAVX512: true))
      #expect(!MatrixPacker.isForPacking(rows: 25, count: 512 * 2048, steps: 50, hasAVX512: false))
      #expect(!MatrixPacker.isForPacking(rows: 1, count: 512 * 2048, steps: 50, hasAVX512: true))
      #expect(!MatrixPacker.isForPacking(rows: 25, count: 100 * 100, steps: 50, hasAVX512: true))
      #expect(!MatrixPacker.isForPacking(rows: 25, count: 512 * 2048, steps: 1, hasAVX512: true))
    }
  #endif
}
