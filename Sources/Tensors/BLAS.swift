import CKernels
import COpenBLAS
import Glibc

#if OneDNN
  import COneDNN
#endif

/// Matrix products with OpenBLAS, which only this file imports, and with oneDNN if that is faster.
public enum BLAS {
  /// c = alpha · op(a)·op(b) + beta · c for matrices (tensors of two dimensions) of one floating-point type.
  ///
  /// - Parameters:
  ///   - a: [m, k], or [k, m] with `transposeA`.
  ///   - transposeA: Whether `a` is transposed.
  ///   - b: [k, n], or [n, k] with `transposeB`.
  ///   - transposeB: Whether `b` is transposed.
  ///   - c: [m, n]; if `beta` is 0, it is overwritten and its old values are not read.
  ///   - alpha: Multiplies the matrix product.
  ///   - beta: Multiplies `c` before the matrix product is added; 0 overwrites it.
  public static func multiply(
    _ a: Tensor, transposeA: Bool = false, _ b: Tensor, transposeB: Bool = false, into c: Tensor,
    alpha: Double = 1, beta: Double = 0
  ) {
    precondition(
      a.shape.count == 2 && b.shape.count == 2 && c.shape.count == 2 && a.dtype == b.dtype && b.dtype == c.dtype,
      "a matrix product of \(a.dtype)\(a.shape) and \(b.dtype)\(b.shape) into \(c.dtype)\(c.shape) requires matrices of one type"
    )
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
    precondition(!c.isTransposed, "a matrix product is not written transposed: swap and transpose the factors instead")
    guard m > 0 && n > 0 else { return }
    startWithOneThread
    if m == 1 && k > 0 && (!a.isTransposed || a.stride == 1) && (beta == 0 || beta == 1) {
      return multiplyRow(dtype, n: n, k: k, alpha: alpha, a, b, adding: beta == 1, into: c)
    }
    if dtype == .float32 && (beta == 0 || beta == 1) && threadCount == 1 && isThin(m: m, n: n, k: k, a, b) {
      return ck_thin_product(
        m, n, k, Float(alpha), a.floats, a.stride, b.floats, b.stride, beta == 1, c.floats, c.stride)
    }
    // cblas checks strides even for matrices without elements.
    let (lda, ldb, ldc) = (Int32(max(1, a.stride)), Int32(max(1, b.stride)), Int32(max(1, c.stride)))
    let (rows, columns, inner) = (Int32(m), Int32(n), Int32(k))
    let opA = a.isTransposed ? CblasTrans : CblasNoTrans
    let opB = b.isTransposed ? CblasTrans : CblasNoTrans
    switch dtype {
    case .float32:
      #if OneDNN
        if isForOneDNN(m: m, n: n, k: k, a, b) {
          useThreadCountInOneDNN()
          let status = cd_matrix_product(
            a.isTransposed, b.isTransposed, Int64(m), Int64(n), Int64(k), Float(alpha), a.floats, Int64(lda),
            b.floats, Int64(ldb), Float(beta), c.floats, Int64(ldc))
          precondition(status == 0, "oneDNN's matrix product failed: \(String(cString: cd_status_text(status)))")
          return
        }
      #endif
      cblas_sgemm(
        CblasRowMajor, opA, opB, rows, columns, inner, Float(alpha), a.floats, lda, b.floats, ldb, Float(beta),
        c.floats, ldc)
    case .float64:
      cblas_dgemm(
        CblasRowMajor, opA, opB, rows, columns, inner, alpha, a.doubles, lda, b.doubles, ldb, beta, c.doubles, ldc)
    case .int32, .uint8: preconditionFailure("no matrix product of \(dtype) elements")
    }
  }

  /// Whether to multiply rows with rows without packing, decided by shape and processor type alone: for few rows of `a` (a small
  /// batch) with many elements each.
  ///
  /// With AVX-512 that is 1.1 to 2.7 times as fast as the better of OpenBLAS and oneDNN, most at 16 rows (Zen 4, 4 to 128 rows, 10
  /// to 4096 columns, inner 256 to 3072). Without AVX-512, the sums do not fit the registers.
  static func isThin(
    m: Int, n: Int, k: Int, _ a: MatrixView, _ b: MatrixView, hasAVX512: Bool = hasAVX512
  ) -> Bool {
    hasAVX512 && !a.isTransposed && b.isTransposed && m >= 4 && k >= max(256, 4 * m) && min(m, n) <= 128
  }

  private static let hasAVX512 = ProcessorFeatures.hasAVX512

  #if OneDNN
    /// Whether oneDNN multiplies, decided by shape and processor type alone, so that equal matrix products take equal paths.
    ///
    /// - With AVX-512: 1.3 times as fast as OpenBLAS in the mean over wide results of all orientations (256 to 4096
    ///   columns, 50 to 4096 rows, inner 100 to 4096; Xeon with VNNI), and slower for most narrow ones. The gradient of a
    ///   layer's weights on a small batch, a thin aᵀ·b, is 1.1 to 2.4 times as fast from 256 on either side and k = 8 on, and
    ///   the gradient of its input, few rows times a large matrix, 1.1 to 2.8 times (Zen 4).
    /// - Without: only the gradient of a wide layer's weights, a thin aᵀ·b with a large result, gains: 9 to 18 % at
    ///   k = 128, up to 1.8 times at k = 16 (Zen 3, 512 to 4096 on the other sides); level at k = 600.
    static func isForOneDNN(
      m: Int, n: Int, k: Int, _ a: MatrixView, _ b: MatrixView, hasAVX512: Bool = hasAVX512
    ) -> Bool {
      if hasAVX512 {
        if a.isTransposed && !b.isTransposed { return min(m, n) >= 256 && k >= 8 }
        let fewRows = !a.isTransposed && !b.isTransposed && m >= 8 && k >= 256
        return n >= 256 && (fewRows || m >= 50 && k >= 100)
      }
      return a.isTransposed && !b.isTransposed && min(m, n) >= 512 && (1...256).contains(k)
    }

    /// oneDNN's threads are OpenMP's, whose number is a property of the calling thread.
    static func useThreadCountInOneDNN() {
      // False only if no OpenMP library is loaded: then there are no threads to limit.
      _ = cd_set_thread_count(Int32(threadCount))
    }
  #endif

  /// Number of threads of a matrix product or a convolution, in OpenBLAS and oneDNN; 1 by default. It applies to the whole process
  /// and affects the bits.
  public static var threadCount: Int {
    startWithOneThread
    return Int(openblas_get_num_threads())
  }

  /// Sets `threadCount`, before the first matrix product. A number above the largest that the library was built for becomes that
  /// one.
  public static func setThreadCount(_ count: Int) {
    startWithOneThread
    openblas_set_num_threads(Int32(count))
  }

  /// OpenBLAS's own default is one for each core.
  private static let startWithOneThread: Void = openblas_set_num_threads(1)

  /// OpenBLAS's name of the kernels in use, after a processor: `Haswell`, `Zen`, `SkylakeX`.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// OpenBLAS's version and build options.
  ///
  /// Read once, since OpenBLAS assembles it at every call in a buffer that threads share.
  public static let configuration = String(cString: openblas_get_config())

  /// One sentence if OpenBLAS has faster kernels for this processor than those in use, with the environment variable that causes
  /// it; else nil.
  public static var kernelWarning: String? {
    kernelWarning(
      coreName: coreName, hasAVX512: ProcessorFeatures.hasAVX512,
      requestedCore: getenv("OPENBLAS_CORETYPE").map { String(cString: $0) })
  }

  static func kernelWarning(coreName: String, hasAVX512: Bool, requestedCore: String?) -> String? {
    let wide = ["skylakex", "cooperlake", "sapphirerapids"]
    guard hasAVX512 && !wide.contains(coreName.lowercased()) else { return nil }
    let effect =
      "OpenBLAS runs its \(coreName) kernels on a processor with AVX-512: matrix products take up to twice as long"
    guard let requestedCore else { return effect + "; a newer OpenBLAS may know this processor" }
    return effect + ", because OPENBLAS_CORETYPE=\(requestedCore) is set; unset it"
  }
}
