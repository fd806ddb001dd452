import CKernels
import COpenBLAS

extension BLAS {
  /// c (+)= alpha · a·op(b) for one row `a`. Each element of b is read and used once, so packing would not pay.
  static func multiplyRow(
    _ dtype: DType, n: Int, k: Int, alpha: Double, _ a: MatrixView, _ b: MatrixView, adding: Bool, into c: MatrixView
  ) {
    // Reads b faster than OpenBLAS's sgemv, which reads several rows at once.
    if dtype == .float32 && b.isTransposed {
      return ck_matrix_vector(n, k, b.stride, Float(alpha), b.floats, a.floats, adding, c.floats)
    }
    // Zeroed here, because libraries differ in the product of zero and NaN.
    if !adding { c.pointer.initializeMemory(as: UInt8.self, repeating: 0, count: n * dtype.size) }
    let (operation, stride) = (b.isTransposed ? CblasNoTrans : CblasTrans, Int32(max(1, b.stride)))
    let (height, width) = (Int32(b.isTransposed ? n : k), Int32(b.isTransposed ? k : n))
    switch dtype {
    case .float32:
      cblas_sgemv(
        CblasRowMajor, operation, height, width, Float(alpha), b.floats, stride, a.floats, 1, 1, c.floats, 1)
    case .float64:
      cblas_dgemv(CblasRowMajor, operation, height, width, alpha, b.doubles, stride, a.doubles, 1, 1, c.doubles, 1)
    case .int32, .uint8: preconditionFailure("no matrix product of \(dtype) elements")
    }
  }
}
