import CKernels

/// A 64-bit digest at the speed of memory, for comparing buffers. It does not protect against forgery.
public enum Digest {
  /// - Parameters:
  ///   - bytes: May be empty.
  ///   - seed: Digest of the preceding bytes, if any.
  public static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    ck_digest(seed, bytes.baseAddress, bytes.count)
  }
}
