#if OneDNN
  import COneDNN

  /// A matrix product in oneDNN whose right factor is packed once and used many times.
  final class PackedMatrixPlan {
    let handle: OpaquePointer
    // The plan points into it.
    private let context: OneDNNContext

    /// Nil if oneDNN has no fast path for this shape.
    init?(_ b: Tensor, transposed: Bool, rows: Int, context: OneDNNContext) {
      BLAS.useThreadCountInOneDNN()
      let (inner, columns) = transposed ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
      var handle: OpaquePointer?
      guard
        cd_packed_create(context.handle, Int64(rows), Int64(columns), Int64(inner), transposed, &handle) == 0,
        let handle
      else { return nil }
      self.handle = handle
      self.context = context
      if !String(cString: cd_packed_implementation(handle)).hasPrefix("brg") { return nil }
    }

    deinit { cd_packed_destroy(handle) }
  }

  /// A matrix packed for a plan's matrix products.
  final class PackedMatrix {
    private let plan: PackedMatrixPlan
    private let packed: Storage
    private let scratchpad: Storage

    init(_ b: Tensor, _ plan: PackedMatrixPlan, pool: StoragePool) {
      self.plan = plan
      packed = pool.allocate(byteCount: cd_packed_size(plan.handle))
      scratchpad = pool.allocate(byteCount: cd_packed_scratchpad(plan.handle))
      BLAS.useThreadCountInOneDNN()
      Self.check(
        cd_packed_pack(plan.handle, b.pointer.assumingMemoryBound(to: Float.self), packed.pointer, scratchpad.pointer))
    }

    func multiply(_ a: UnsafeMutableRawPointer, into c: Tensor) {
      BLAS.useThreadCountInOneDNN()
      Self.check(
        cd_packed_multiply(
          plan.handle, a.assumingMemoryBound(to: Float.self), packed.pointer,
          c.pointer.assumingMemoryBound(to: Float.self), scratchpad.pointer))
    }

    private static func check(_ status: cd_status) {
      precondition(status == 0, "oneDNN's matrix product failed: \(String(cString: cd_status_text(status)))")
    }
  }
#endif
