import COpenBLAS

extension BLAS {
  /// c (+)= a·op(b) for a few rows `a`, again and again: the step of a recurrence.
  ///
  /// - Parameters:
  ///   - b: `[columns, inner]` with `transposed`, else `[inner, columns]`.
  public static func multiplyRows(
    _ dtype: DType, rows: Int, _ a: MatrixView, _ b: Tensor, transposed: Bool, adding: Bool, into c: MatrixView
  ) {
    let (m, n) = (b.shape[0], b.shape[1])
    guard rows == 1 else {
      multiply(
        dtype, m: rows, n: transposed ? m : n, k: transposed ? n : m, a, MatrixView(b, transposed: transposed),
        beta: adding ? 1 : 0, into: c)
      return
    }
    let (height, columns) = (Int32(m), Int32(n))
    let operation = transposed ? CblasNoTrans : CblasTrans
    switch dtype {
    case .float32:
      cblas_sgemv(
        CblasRowMajor, operation, height, columns, 1, b.floats.baseAddress, columns, a.floats, 1, adding ? 1 : 0,
        c.floats, 1)
    case .float64:
      cblas_dgemv(
        CblasRowMajor, operation, height, columns, 1, b.doubles.baseAddress, columns, a.doubles, 1, adding ? 1 : 0,
        c.doubles, 1)
    case .int32, .uint8: preconditionFailure("no matrix product of \(dtype) elements")
    }
  }
}
