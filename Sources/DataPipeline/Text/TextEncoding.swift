import Files
import Foundation
import Hashing
import PlainText

/// Turns the splits of a text into tokens, and may keep them in a file.
struct TextEncoding {
  private let bytes: UnsafeRawBufferPointer
  private let path: String
  /// Bytes of each split.
  private let ranges: [Range<Int>]
  private let tokenizer: any Tokenizer
  /// Origin of the tokenizer.
  private let origin: VocabularyOrigin
  /// Contents of the file's header, except for the numbers of tokens.
  private let header: TokenFileHeader
  private let poll: () throws(DataError) -> Void

  init(
    _ bytes: UnsafeRawBufferPointer, path: String, ranges: [Range<Int>], tokenizer: any Tokenizer,
    origin: VocabularyOrigin, monitor: PreparationMonitor
  ) {
    (self.bytes, self.path, self.ranges) = (bytes, path, ranges)
    (self.tokenizer, self.origin) = (tokenizer, origin)
    poll = monitor.follow("encoding \(path.onOneLine)")
    var hash = SHA256()
    hash.update(tokenizer.json.utf8)
    hash.update("\(ranges.map { [$0.lowerBound, $0.upperBound] })".utf8)
    header = TokenFileHeader(
      width: TokenWidth(vocabularySize: tokenizer.vocabularySize), textBytes: bytes.count,
      textDigest: Digest.of(bytes), key: hash.finalizeHexadecimal())
  }

  var contentDigest: String {
    var hash = SHA256()
    hash.update(header.bytes)
    return hash.finalizeHexadecimal()
  }

  /// - Parameter text: File next to which the tokens are stored, as `NAME.KEY.tokens`; nil stores none.
  /// - Returns: The tokens of each split, and the reason if they could not be stored.
  func tokens(keptBeside text: String?) throws(DataError) -> ([TokenSequence], note: String?) {
    guard let text else { return (try inMemory(), nil) }
    let cachePath = "\(text).\(header.key.prefix(12)).tokens"
    if let kept = kept(at: cachePath) { return (kept, nil) }
    do throws(WriteFailure) {
      try keep(at: cachePath)
    } catch {
      switch error {
      case .text(let problem): throw problem
      case .file(let problem): return (try inMemory(), "tokens are held in memory: \(problem)")
      }
    }
    if let kept = kept(at: cachePath) { return (kept, nil) }
    return (try inMemory(), "tokens are held in memory: \(cachePath) changed while it was opened")
  }

  private func inMemory() throws(DataError) -> [TokenSequence] {
    var sequences: [TokenSequence] = []
    for split in ranges.indices {
      var encoded: [UInt8] = []
      try encode(split) { header.width.append($0, to: &encoded) }
      let count = encoded.count / header.width.rawValue
      sequences.append(TokenSequence(.memory(encoded), offset: 0, width: header.width, count: count))
    }
    return sequences
  }

  /// The stored tokens, if there is a file that was made from this text with these settings.
  private func kept(at cachePath: String) -> [TokenSequence]? {
    guard (try? Paths.kind(of: cachePath)) == .file, let file = try? FileContents.map(cachePath),
      file.count >= TokenFileHeader.byteCount
    else { return nil }
    var found = header
    (found.counts, found.tokensDigest) = file.withBytes { TokenFileHeader.contents(in: $0) }
    // This program writes no counts that are negative or overflow in a sum.
    guard found.counts.allSatisfy({ $0 >= 0 && $0 <= bytes.count }) else { return nil }
    let expected = found.bytes
    guard file.count == expected.count + found.counts.reduce(0, +) * header.width.rawValue,
      file.withBytes({ expected.elementsEqual($0.prefix(expected.count)) }),
      TokenFileHeader.tokensDigest(of: file) == found.tokensDigest
    else { return nil }
    var offset = TokenFileHeader.byteCount
    let sequences = found.counts.map { count in
      defer { offset += count * header.width.rawValue }
      return TokenSequence(.mapped(file), offset: offset, width: header.width, count: count)
    }
    // The file is untrusted, even if its digests are right: a token out of range would be a row that no table has.
    return sequences.allSatisfy { $0.areBelow(tokenizer.vocabularySize) } ? sequences : nil
  }

  private enum WriteFailure: Error {
    case text(DataError)
    case file(DataError)
  }

  /// Seconds without a write after which a file counts as a killed process's.
  private static let abandoned = 600.0

  private func keep(at cachePath: String) throws(WriteFailure) {
    AtomicFile<DataError>.removeLeftovers(of: cachePath, untouchedFor: Self.abandoned)
    var header = header
    let file: AtomicFile<DataError>
    do throws(DataError) {
      file = try AtomicFile(path: cachePath)
      try file.append(header.bytes)
    } catch {
      throw .file(error)
    }
    var failure: DataError?
    for split in ranges.indices {
      do throws(DataError) {
        try encode(split) { tokens in
          guard failure == nil else { return }
          header.counts[split] += tokens.count
          var piece: [UInt8] = []
          header.width.append(tokens, to: &piece)
          do throws(DataError) {
            try file.append(piece)
          } catch {
            failure = error
          }
        }
      } catch {
        throw .text(error)
      }
      if let failure { throw .file(failure) }
    }
    do throws(DataError) {
      try file.flushBuffer()
      header.tokensDigest = TokenFileHeader.tokensDigest(of: try FileContents.map(file.temporaryPath))
      try file.replaceBeginning(with: header.bytes)
      try file.commit(isDurable: false)
    } catch {
      throw .file(error)
    }
  }

  private func encode(
    _ split: Int, _ handOver: (UnsafeBufferPointer<Int32>) -> Void
  ) throws(DataError) {
    do throws(TokenizationError) {
      try tokenizer.encode(UnsafeRawBufferPointer(rebasing: bytes[ranges[split]])) { tokens throws(TokenizationError) in
        do throws(DataError) { try poll() } catch { throw .stopped }
        handOver(tokens)
      }
    } catch {
      let problem = error.moved(by: ranges[split].lowerBound).dataError(
        in: bytes, of: path, origin: origin)
      guard case .unknownScalar = error, origin == .trainingSplit, split > 0 else { throw problem }
      let setting = split == 1 ? "data.validation" : "data.test"
      throw DataError(
        problem.location, "\(problem.problem), but its \(split == 1 ? "validation" : "test") split",
        advice: "choose another \(setting), or train with the tokenizer 'bytes' or 'bpe', which know every character")
    }
  }
}
