import Foundation

/// Making tokenisers: from a text, or from what a checkpoint carries.
public enum Tokenizers {
  /// Learns a tokeniser from the bytes of a training split.
  /// - Parameters:
  ///   - specification: Kind and size of the vocabulary.
  ///   - bytes: The training text.
  ///   - source: Name of the bytes, for messages.
  ///   - monitor: May stop the learning of byte pairs.
  public static func train(
    _ specification: TokenizerSpecification, on bytes: UnsafeRawBufferPointer, of source: String,
    monitor: PreparationMonitor = PreparationMonitor()
  ) throws(DataError) -> any Tokenizer {
    switch specification {
    case .characters:
      do throws(TokenizationError) {
        return try CharacterTokenizer(trainedOn: bytes)
      } catch {
        throw error.dataError(in: bytes, of: source)
      }
    case .bytes: return ByteTokenizer()
    case .bytePairs(let size):
      guard size > 256, size <= 1 << 20 else {
        throw DataError(
          "tokenizer", "a vocabulary of \(size) for byte pairs", advice: "choose 257 to \(1 << 20); 256 are the bytes",
          isWrongUse: true)
      }
      return try BytePairTokenizer(
        trainedOn: bytes, vocabularySize: size, poll: monitor.follow("learning \(size - 256) byte pairs of \(source)"))
    }
  }

  private struct Serialized: Decodable {
    var tokenizer: String
    var scalars: [UInt32]?
    /// Left and right token of each merge, one after the other.
    var merges: [Int32]?
  }

  /// Reads `Tokenizer.json`.
  /// - Parameters:
  ///   - json: Text of `Tokenizer.json`.
  ///   - source: Origin of the tokeniser, for messages.
  public static func load(json: String, from source: String = "tokenizer") throws(DataError) -> any Tokenizer {
    let advice = "it is not what this program writes, or damaged"
    let serialized: Serialized
    do {
      serialized = try JSONDecoder().decode(Serialized.self, from: Data(json.utf8))
    } catch {
      throw DataError(source, "cannot be read as a tokenizer", advice: advice)
    }
    switch serialized.tokenizer {
    case "bytes": return ByteTokenizer()
    case "characters":
      guard let scalars = serialized.scalars, scalars.allSatisfy({ Unicode.Scalar($0) != nil }),
        zip(scalars, scalars.dropFirst()).allSatisfy({ $0 < $1 })
      else { throw DataError(source, "has no ascending list of characters", advice: advice) }
      return CharacterTokenizer(scalars: scalars)
    case "bpe":
      guard let merges = serialized.merges, merges.count % 2 == 0, merges.count / 2 <= 1 << 20,
        merges.indices.allSatisfy({ merges[$0] >= 0 && merges[$0] < 256 + $0 / 2 })
      else { throw DataError(source, "has no list of merges, each of earlier tokens", advice: advice) }
      let pairs = stride(from: 0, to: merges.count, by: 2).map { BytePair(merges[$0], merges[$0 + 1]) }
      guard Set(pairs).count == pairs.count else { throw DataError(source, "merges a pair twice", advice: advice) }
      // No word is longer. Without a limit, lengths that double with each merge would fill the memory.
      var lengths = [Int](repeating: 1, count: 256)
      for pair in pairs {
        lengths.append(lengths[Int(pair.left)] + lengths[Int(pair.right)])
        guard lengths[lengths.count - 1] <= WordSplitter.longest else {
          throw DataError(source, "has a token of more than \(WordSplitter.longest) bytes", advice: advice)
        }
      }
      return BytePairTokenizer(merges: pairs)
    default: throw DataError(source, "is of the unknown kind '\(serialized.tokenizer)'", advice: advice)
    }
  }
}
