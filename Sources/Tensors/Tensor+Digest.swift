import Hashing

extension Tensor {
  /// Digest of the elements' bits.
  public func digest(seed: UInt64 = 0) -> UInt64 {
    Digest.of(UnsafeRawBufferPointer(start: pointer, count: count * dtype.size), seed: seed)
  }
}
