import CKernels

/// A 64-bit digest at the speed of memory: tells whether two buffers are equal where nobody forges.
public enum Digest {
  /// - Parameter seed: The digest of what came before, to go on from it.
  public static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    ck_digest(seed, bytes.baseAddress, bytes.count)
  }
}

extension Tensor {
  /// Digest of the elements' bits.
  public func digest(seed: UInt64 = 0) -> UInt64 { ck_digest(seed, pointer, count * dtype.size) }
}
