import Foundation
import Hashing

@testable import DataPipeline

extension FuzzedReader {
  static var tokenReaders: [FuzzedReader] { [tokenizer, tokenCache] }

  private static let text = Array("Kannitverstan: ein Kaufmann, zwei Häuser, drei Schiffe.\n".utf8)

  /// A tokenizer that is accepted writes its own JSON again, and its tokens are below its vocabulary's size.
  private static var tokenizer: FuzzedReader {
    FuzzedReader(name: "tokenizer") { bytes in
      guard let tokenizer = try? Tokenizers.load(json: String(decoding: bytes, as: UTF8.self)) else { return }
      guard let again = try? Tokenizers.load(json: tokenizer.json) else {
        preconditionFailure("cannot be read again: \(tokenizer.json)")
      }
      precondition(again.json == tokenizer.json)
      Self.text.withUnsafeBytes { text in
        try? tokenizer.encode(text) { tokens in
          precondition(tokens.allSatisfy { (0..<Int32(tokenizer.vocabularySize)).contains($0) })
        }
      }
    }
  }

  /// The first byte chooses: a whole file; or three counts and tokens, to which the header of the right text is added, and the
  /// digest of what there is.
  private static var tokenCache: FuzzedReader {
    FuzzedReader(name: "token-cache", start: startTokenCache)
  }

  private static func startTokenCache() -> (UnsafeRawBufferPointer) -> Void {
    let folder = ScratchFolder()
    let path = text.withUnsafeBytes { folder.write($0, to: "text") }
    let tokenizer = ByteTokenizer()
    func tokens() -> [TokenSequence] {
      text.withUnsafeBytes { bytes in
        let encoding = TextEncoding(
          bytes, path: path, ranges: [0..<40, 40..<50, 50..<bytes.count], tokenizer: tokenizer, origin: .trainingSplit,
          monitor: PreparationMonitor())
        guard let found = try? encoding.tokens(keptBeside: path) else { preconditionFailure("no tokens") }
        return found.0
      }
    }
    _ = tokens()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard let name = names.first(where: { $0.hasSuffix(".tokens") }),
      let genuine = FileManager.default.contents(atPath: "\(folder.path)/\(name)")
    else { preconditionFailure("no token file in \(names)") }
    let (beforeCounts, key) = (Array(genuine[..<32]), Array(genuine[64..<128]))
    return { bytes in
      var input = InputBytes(bytes)
      if input.byte() & 1 == 0 {
        _ = folder.write(input.rest, to: name)
      } else {
        let counts = input.bytes(24)
        let digest = withUnsafeBytes(of: Digest.of(input.rest).littleEndian) { Array($0) }
        let header = beforeCounts + counts + Array(repeating: 0, count: 24 - counts.count) + digest + key
        header.withUnsafeBytes { _ = folder.write([$0, input.rest], to: name) }
      }
      for sequence in tokens() {
        for index in 0..<min(sequence.count, 1 << 12) {
          precondition((0..<Int32(tokenizer.vocabularySize)).contains(sequence[index]))
        }
      }
    }
  }
}
