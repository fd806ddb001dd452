extension [UInt8] {
  /// `withUnsafeBytes` with a typed error, which the standard function does not pass on.
  package func withTypedBytes<Value, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try withUnsafeBytes { bytes in Result { () throws(Failure) in try body(bytes) } }.get()
  }
}
