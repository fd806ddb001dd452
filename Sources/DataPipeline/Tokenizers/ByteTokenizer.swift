/// One token for each byte. Encodes any file, UTF-8 or not.
public struct ByteTokenizer: Tokenizer, Equatable {
  public init() {}

  public var specification: TokenizerSpecification { .bytes }
  public var vocabularySize: Int { 256 }
  public var json: String { #"{"tokenizer":"bytes"}"# }

  public func encode(
    _ bytes: UnsafeRawBufferPointer, _ handOver: (UnsafeBufferPointer<Int32>) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    var writer = TokenWriter()
    for byte in bytes { try writer.append(Int32(byte), handOver) }
    try writer.flush(handOver)
  }

  public func decode(_ token: Int32, into bytes: inout [UInt8]) {
    precondition(token >= 0 && token < 256, "token \(token) of 256")
    bytes.append(UInt8(token))
  }
}
