import CKernels

#if OneDNN
  import COneDNN
#endif

/// Packs weights for many matrix products with few rows each, such as the steps of a recurrence, and keeps a worker's plans for
/// that. Used from that worker's thread only.
public final class MatrixPacker {
  let pool: StoragePool

  public init(pool: StoragePool) { self.pool = pool }

  /// - Parameters:
  ///   - b: `[columns, inner]` with `transposed`, else `[inner, columns]`; must not change while the result is used.
  ///   - transposed: Whether `b` is transposed.
  ///   - rows: Number of rows of each left factor.
  ///   - steps: Number of matrix products to come.
  public func pack(_ b: Tensor, transposed: Bool, rows: Int, steps: Int) -> PackedWeights {
    precondition(b.shape.count == 2, "a tensor of shape \(b.shape) is no matrix")
    if let packed = packIfFaster(b, transposed: transposed, rows: rows, steps: steps) { return packed }
    if transposed && Self.isForTransposing(rows: rows, count: b.count, steps: steps) {
      let copy = Tensor(uninitialized: [b.shape[1], b.shape[0]], dtype: b.dtype, pool: pool)
      ck_transpose(b.dtype.kernelType, 1, b.shape[0], b.shape[1], b.pointer, copy.pointer)
      return PackedWeights(copy, transposed: false, rows: rows, pool: pool)
    }
    return PackedWeights(b, transposed: transposed, rows: rows, pool: pool)
  }

  /// The same; nil if b cannot be packed, or if packing would not be faster.
  func packIfFaster(_ b: Tensor, transposed: Bool, rows: Int, steps: Int) -> PackedWeights? {
    #if OneDNN
      if b.dtype == .float32, Self.isForPacking(rows: rows, count: b.count, steps: steps),
        let plan = plan(b, transposed: transposed, rows: rows)
      {
        return PackedWeights(
          b, transposed: transposed, rows: rows, pool: pool, packed: PackedMatrix(b, plan, pool: pool))
      }
    #endif
    return nil
  }

  /// Whether to transpose b first: with a transposed right factor, OpenBLAS takes 1.5 times as long for small matrix products of a few
  /// rows (32 × 100 × 100, AVX-512).
  private static func isForTransposing(rows: Int, count: Int, steps: Int) -> Bool {
    rows > 1 && count < 1 << 16 && steps >= 8
  }

  #if OneDNN
    private struct Key: Hashable {
      let rows: Int
      let height: Int
      let width: Int
      let transposed: Bool
    }

    private var context: OneDNNContext?
    // Never iterated, so its order does not matter. Nil: oneDNN has no fast path.
    private var plans: [Key: PackedMatrixPlan?] = [:]

    private func plan(_ b: Tensor, transposed: Bool, rows: Int) -> PackedMatrixPlan? {
      let key = Key(rows: rows, height: b.shape[0], width: b.shape[1], transposed: transposed)
      if let known = plans[key] { return known }
      let context = self.context ?? OneDNNContext()
      self.context = context
      let plan = PackedMatrixPlan(b, transposed: transposed, rows: rows, context: context)
      plans[key] = .some(plan)
      return plan
    }

    /// Whether to pack, decided by shape and processor type alone, so that equal matrix products take equal paths. With AVX-512, 25 or
    /// 50 rows times 512 × 2048 run 1.5 to 2 times as fast as in OpenBLAS; packing takes about as long as one such matrix product.
    static func isForPacking(
      rows: Int, count: Int, steps: Int, hasAVX512: Bool = ProcessorFeatures.hasAVX512
    ) -> Bool {
      hasAVX512 && rows >= 8 && count >= 1 << 16 && steps >= 8
    }
  #endif
}

/// A right factor for many matrix products c (+)= a·op(b) with a fixed number of rows, packed if that is faster.
public final class PackedWeights {
  private let b: Tensor
  private let transposed: Bool
  private let rows: Int
  private let inner: Int
  private let columns: Int
  #if OneDNN
    private let packed: PackedMatrix?
    /// A dense copy of the left factor, and a result to be added, if required.
    private let dense: Tensor?
    private let sum: Tensor?
  #endif

  init(_ b: Tensor, transposed: Bool, rows: Int, pool: StoragePool) {
    (self.b, self.transposed, self.rows) = (b, transposed, rows)
    (inner, columns) = transposed ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    #if OneDNN
      (packed, dense, sum) = (nil, nil, nil)
    #endif
  }

  #if OneDNN
    init(_ b: Tensor, transposed: Bool, rows: Int, pool: StoragePool, packed: PackedMatrix) {
      (self.b, self.transposed, self.rows, self.packed) = (b, transposed, rows, packed)
      (inner, columns) = transposed ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
      dense = Tensor(uninitialized: [rows, inner], pool: pool)
      sum = Tensor(uninitialized: [rows, columns], pool: pool)
    }
  #endif

  /// `a` is `[rows, inner]`, `c` `[rows, columns]`.
  public func multiply(_ a: MatrixView, into c: Tensor, adding: Bool = false) {
    precondition(c.shape == [rows, columns], "a matrix product of shape \([rows, columns]) into \(c.shape)")
    #if OneDNN
      if let packed, let dense, let sum {
        var left = a.pointer
        if a.stride != inner {
          ck_copy_rows(CK_FLOAT32, rows, inner, a.pointer, a.stride, dense.pointer, inner, false)
          left = dense.pointer
        }
        packed.multiply(left, into: adding ? sum : c)
        if adding { ck_axpy(CK_FLOAT32, c.count, 1, sum.pointer, c.pointer) }
        return
      }
    #endif
    BLAS.multiply(
      b.dtype, m: rows, n: columns, k: inner, a, MatrixView(b, transposed: transposed), beta: adding ? 1 : 0,
      into: MatrixView(c))
  }
}
