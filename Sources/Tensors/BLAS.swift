import COpenBLAS
import Glibc

/// Matrix products through OpenBLAS; nothing else in the package imports it.
public enum BLAS {
  /// c = alpha · op(a)·op(b) + beta · c for matrices (tensors of two dimensions) of one floating-point type.
  ///
  /// - Parameters:
  ///   - a: [m, k], or [k, m] with `transposeA`.
  ///   - b: [k, n], or [n, k] with `transposeB`.
  ///   - c: [m, n]; overwritten, its contents never read, where `beta` is 0.
  public static func multiply(
    _ a: Tensor, transposeA: Bool = false, _ b: Tensor, transposeB: Bool = false, into c: Tensor,
    alpha: Double = 1, beta: Double = 0
  ) {
    precondition(
      a.shape.count == 2 && b.shape.count == 2 && c.shape.count == 2 && a.dtype == b.dtype && b.dtype == c.dtype,
      "a product of \(a.dtype)\(a.shape) and \(b.dtype)\(b.shape) into \(c.dtype)\(c.shape) needs matrices of one type")
    let (m, k) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let (inner, n) = transposeB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    precondition(
      k == inner && c.shape == [m, n],
      "\(a.shape)\(transposeA ? "ᵀ" : "") times \(b.shape)\(transposeB ? "ᵀ" : "") does not give \(c.shape)")
    multiply(
      c.dtype, m: m, n: n, k: k, alpha: alpha, MatrixView(a, transposed: transposeA),
      MatrixView(b, transposed: transposeB), beta: beta, into: MatrixView(c))
  }

  /// The same on parts of larger matrices.
  public static func multiply(
    _ dtype: DType, m: Int, n: Int, k: Int, alpha: Double = 1, _ a: MatrixView, _ b: MatrixView, beta: Double = 0,
    into c: MatrixView
  ) {
    precondition(!c.isTransposed, "a product is not written transposed: swap and transpose the factors instead")
    guard m > 0 && n > 0 else { return }
    // cblas checks strides even of matrices without elements.
    let (lda, ldb, ldc) = (Int32(max(1, a.stride)), Int32(max(1, b.stride)), Int32(max(1, c.stride)))
    let (rows, columns, inner) = (Int32(m), Int32(n), Int32(k))
    let opA = a.isTransposed ? CblasTrans : CblasNoTrans
    let opB = b.isTransposed ? CblasTrans : CblasNoTrans
    switch dtype {
    case .float32:
      cblas_sgemm(
        CblasRowMajor, opA, opB, rows, columns, inner, Float(alpha), a.floats, lda, b.floats, ldb, Float(beta),
        c.floats, ldc)
    case .float64:
      cblas_dgemm(
        CblasRowMajor, opA, opB, rows, columns, inner, alpha, a.doubles, lda, b.doubles, ldb, beta, c.doubles, ldc)
    case .int32, .uint8: preconditionFailure("no matrix product of \(dtype) elements")
    }
  }

  /// Threads that a product uses. Process-wide, and part of the bits: set it once, before the first product.
  public static var threadCount: Int {
    get { Int(openblas_get_num_threads()) }
    set { openblas_set_num_threads(Int32(newValue)) }
  }

  /// The kernels in use, by OpenBLAS's name for their processor: `Haswell`, `Zen`, `SkylakeX`.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// OpenBLAS's version and build options.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// One sentence where a faster set of kernels exists for this processor than the one in use, with the
  /// environment variable that is to blame; else nil.
  public static var kernelWarning: String? {
    kernelWarning(
      coreName: coreName, hasAVX512: ProcessorFeatures.hasAVX512,
      requestedCore: getenv("OPENBLAS_CORETYPE").map { String(cString: $0) })
  }

  static func kernelWarning(coreName: String, hasAVX512: Bool, requestedCore: String?) -> String? {
    let wide = ["skylakex", "cooperlake", "sapphirerapids"]
    guard hasAVX512 && !wide.contains(coreName.lowercased()) else { return nil }
    let effect = "OpenBLAS runs its \(coreName) kernels on a processor with AVX-512: products take up to twice as long"
    guard let requestedCore else { return effect + "; a newer OpenBLAS may know this processor" }
    return effect + ", because OPENBLAS_CORETYPE=\(requestedCore) is set; unset it"
  }
}
