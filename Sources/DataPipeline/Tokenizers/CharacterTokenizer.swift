/// A token for each Unicode scalar of a text, numbered by code point.
public struct CharacterTokenizer: Tokenizer, Equatable {
  /// The scalar of each token, ascending.
  public let scalars: [UInt32]
  /// The token of each scalar up to the largest; -1 for those without.
  private let tokens: [Int32]

  /// The scalars of a text, which is UTF-8.
  init(trainedOn bytes: UnsafeRawBufferPointer) throws(TokenizationError) {
    var seen = [Bool](repeating: false, count: 0x11_0000)
    var at = 0
    while at < bytes.count {
      guard let scalar = UTF8Text.scalar(bytes, at: at) else { throw .notUTF8(offset: at) }
      seen[Int(scalar.value)] = true
      at += scalar.length
    }
    self.init(scalars: seen.indices.filter { seen[$0] }.map { UInt32($0) })
  }

  /// - Parameter scalars: ascending, each once, each a Unicode scalar.
  init(scalars: [UInt32]) {
    precondition(zip(scalars, scalars.dropFirst()).allSatisfy { $0 < $1 }, "characters that do not ascend")
    self.scalars = scalars
    var tokens = [Int32](repeating: -1, count: Int(scalars.last ?? 0) + 1)
    for (token, scalar) in scalars.enumerated() { tokens[Int(scalar)] = Int32(token) }
    self.tokens = tokens
  }

  public var specification: TokenizerSpecification { .characters }
  public var vocabularySize: Int { scalars.count }
  public var json: String {
    #"{"tokenizer":"characters","scalars":["# + scalars.map { String($0) }.joined(separator: ",") + "]}"
  }

  public func encode(
    _ bytes: UnsafeRawBufferPointer, _ handOver: (UnsafeBufferPointer<Int32>) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    var writer = TokenWriter()
    var at = 0
    while at < bytes.count {
      guard let scalar = UTF8Text.scalar(bytes, at: at) else { throw .notUTF8(offset: at) }
      let token = scalar.value < tokens.count ? tokens[Int(scalar.value)] : -1
      guard token >= 0 else { throw .unknownScalar(scalar.value, offset: at) }
      try writer.append(token, handOver)
      at += scalar.length
    }
    try writer.flush(handOver)
  }

  public func decode(_ token: Int32, into bytes: inout [UInt8]) {
    precondition(token >= 0 && token < scalars.count, "token \(token) of \(scalars.count)")
    guard let scalar = Unicode.Scalar(scalars[Int(token)]) else {
      preconditionFailure("a token that stands for no Unicode scalar")
    }
    bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
  }
}
