import Foundation
import Hashing
import Testing

@testable import DataPipeline

/// Splits of a text and the tokens kept beside it.
struct TextCorpusTests {
  private static let text = String(
    repeating: "Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich. 漢字 \r\n", count: 50)

  private func tokens(_ split: TextCorpus.Split?) -> [Int32] {
    guard let sequence = split?.tokens else { return [] }
    var result = [Int32](repeating: -1, count: sequence.count)
    result.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { sequence.copy(0..<sequence.count, to: base) }
    }
    return result
  }

  @Test(arguments: [TokenizerSpecification.characters, .bytes, .bytePairs(vocabularySize: 300)])
  func splitsTogetherAreTheText(specification: TokenizerSpecification) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text.utf8, to: "text.txt")
    for caching in [false, true, true] {
      // Odd shares: a cut would fall into a character somewhere.
      for (validation, test) in [(0.1, 0.0), (0.1, 0.1), (0.0, 0.0), (0.137, 0.211), (0.0, 0.3)] {
        let corpus = try TextCorpus.open(
          path, tokenizer: .trained(specification), splits: TextSplits(validation: validation, test: test),
          caching: caching)
        let parts = [corpus.training, corpus.validation, corpus.test].map { corpus.tokenizer.decode(tokens($0)) }
        #expect(parts.joined().elementsEqual(Self.text.utf8))
        #expect(parts.allSatisfy { String(validating: $0, as: UTF8.self) != nil })
        #expect((corpus.validation == nil) == (validation == 0) && (corpus.test == nil) == (test == 0))
        #expect([corpus.training, corpus.validation, corpus.test].map { $0?.byteCount ?? 0 } == parts.map(\.count))
        #expect(corpus.note == nil)
      }
    }
  }

  @Test func tokensAreKeptAndUsedAgain() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text.utf8, to: "text.txt")
    let first = try TextCorpus.open(path, tokenizer: .trained(.characters))
    let name = try #require(folder.files.first { $0.hasSuffix(".tokens") })
    #expect(folder.files.count == 2)
    // The tokens of the file are used: change one of them.
    var bytes = try folder.read(name)
    let changed = Int32(bytes[TokenFileHeader.byteCount]) == 0 ? UInt8(1) : UInt8(0)
    bytes[TokenFileHeader.byteCount] = changed
    let digest = bytes[TokenFileHeader.byteCount...].withUnsafeBytes { Digest.of($0) }
    withUnsafeBytes(of: digest.littleEndian) { bytes.replaceSubrange(56..<64, with: $0) }
    try folder.write(bytes, to: name)
    let second = try TextCorpus.open(path, tokenizer: .trained(.characters))
    #expect(second.training.tokens[0] == Int32(changed) && first.contentDigest == second.contentDigest)
    // The same tokeniser out of a checkpoint finds the same file.
    let given = try TextCorpus.open(path, tokenizer: .given(try Tokenizers.load(json: first.tokenizer.json)))
    #expect(given.training.tokens[0] == Int32(changed) && folder.files.count == 2)
    // Another split, another tokeniser: files of their own.
    _ = try TextCorpus.open(path, tokenizer: .trained(.bytes))
    #expect(folder.files.count == 3)
  }

  @Test("a token that the vocabulary does not have is not used, though the digest is right", arguments: [0, 1, 2])
  func tokensOutOfRange(split: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text.utf8, to: "text.txt")
    let splits = TextSplits(validation: 0.2, test: 0.2)
    let first = try TextCorpus.open(path, tokenizer: .trained(.characters), splits: splits)
    let name = try #require(folder.files.first { $0.hasSuffix(".tokens") })
    let whole = try folder.read(name)
    // Copies: the first corpus maps the file that is changed now.
    let (training, test) = (tokens(first.training), tokens(first.test))
    var bytes = whole
    // The last token of the split.
    let counts = [first.training, first.validation, first.test].map { $0?.tokens.count ?? 0 }
    let index = TokenFileHeader.byteCount + 2 * (counts[...split].reduce(0, +) - 1)
    bytes[index] = UInt8(first.tokenizer.vocabularySize)
    let digest = bytes[TokenFileHeader.byteCount...].withUnsafeBytes { Digest.of($0) }
    withUnsafeBytes(of: digest.littleEndian) { bytes.replaceSubrange(56..<64, with: $0) }
    try folder.write(bytes, to: name)
    let second = try TextCorpus.open(path, tokenizer: .trained(.characters), splits: splits)
    #expect(tokens(second.test) == test && tokens(second.training) == training)
    #expect(try folder.read(name) == whole)
  }

  @Test(
    "a byte order mark is no part of a text",
    arguments: [.characters, .bytes, .bytePairs(vocabularySize: 300)] as [TokenizerSpecification])
  func byteOrderMark(kind: TokenizerSpecification) throws {
    let folder = try TemporaryFolder()
    let plain = try TextCorpus.open(try folder.write(Self.text.utf8, to: "plain.txt"), tokenizer: .trained(kind))
    let marked = try TextCorpus.open(
      try folder.write(("\u{FEFF}" + Self.text).utf8, to: "marked.txt"), tokenizer: .trained(kind))
    #expect(marked.tokenizer.json == plain.tokenizer.json)
    #expect(tokens(marked.training).prefix(20) == tokens(plain.training).prefix(20))
    #expect(marked.byteCount == plain.byteCount)
  }

  @Test("UTF-16 is named", arguments: [[0xFF, 0xFE, 0x61, 0], [0xFE, 0xFF, 0, 0x61]] as [[UInt8]])
  func otherEncodings(bytes: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "text.txt")
    let error = #expect(throws: DataError.self) { try TextCorpus.open(path, tokenizer: .trained(.characters)) }
    #expect(error.map { "\($0)".contains("is UTF-16") && "\($0)".contains("iconv -f UTF-16") } == true)
  }

  @Test func tokensAreMadeAnewWhenTheTextChanges() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text.utf8, to: "text.txt")
    let first = try TextCorpus.open(path, tokenizer: .trained(.characters))
    // As long as before, and with the same characters.
    let changed = "wZ" + Self.text.dropFirst(2)
    try folder.write(changed.utf8, to: "text.txt")
    let second = try TextCorpus.open(path, tokenizer: .trained(.characters))
    #expect(second.tokenizer.json == first.tokenizer.json && second.contentDigest != first.contentDigest)
    #expect(second.tokenizer.decode(tokens(second.training)).starts(with: changed.prefix(10).utf8))
    #expect(folder.files.count == 2)
  }

  @Test func damagedFilesOfTokensAreMadeAnew() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text.utf8, to: "text.txt")
    let expected = tokens(try TextCorpus.open(path, tokenizer: .trained(.bytes)).training)
    let name = try #require(folder.files.first { $0.hasSuffix(".tokens") })
    let whole = try folder.read(name)
    func altered(_ offset: Int, _ value: UInt8) -> [UInt8] {
      var bytes = whole
      bytes[offset] = value
      return bytes
    }
    let damaged =
      [[], Array(whole.dropLast()), Array(whole.prefix(50)), whole + [0], altered(0, 0), altered(8, 2)]
      + [altered(12, 4), altered(39, 0xFF), altered(39, 0x7F), altered(32, whole[32] &+ 1), altered(70, 0)]
      // Another token that the vocabulary has, and another digest.
      + [altered(TokenFileHeader.byteCount + 6, 0x41), altered(60, whole[60] &+ 1)]
    for bytes in damaged {
      try folder.write(bytes, to: name)
      #expect(tokens(try TextCorpus.open(path, tokenizer: .trained(.bytes)).training) == expected)
      #expect(try folder.read(name) == whole)
    }
    #expect(folder.files.count == 2)
  }

  @Test func tokensAreHeldInMemoryWhereTheyCannotBeKept() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text.utf8, to: "text.txt")
    let kept = try TextCorpus.open(path, tokenizer: .trained(.characters))
    let name = try #require(folder.files.first { $0.hasSuffix(".tokens") })
    // A folder of its name fails the rename for root too.
    try FileManager.default.removeItem(atPath: folder.file(name))
    try FileManager.default.createDirectory(atPath: folder.file(name + "/x"), withIntermediateDirectories: true)
    let held = try TextCorpus.open(path, tokenizer: .trained(.characters))
    #expect(held.note?.hasPrefix("tokens are held in memory: ") == true)
    #expect(tokens(held.training) == tokens(kept.training) && tokens(held.validation) == tokens(kept.validation))
    #expect(folder.files == ["text.txt"])
  }

  @Test func theBundledNovelOpens() throws {
    let corpus = try TextCorpus.open(nil, tokenizer: .trained(.characters))
    #expect(corpus.training.byteCount > 500_000 && corpus.tokenizer.vocabularySize > 60 && corpus.note == nil)
    var window = [Int32](repeating: 0, count: 17)
    corpus.training.tokens.copy(0..<17, to: &window)
    #expect(String(decoding: corpus.tokenizer.decode(window), as: UTF8.self) == "PRIDE AND PREJUDI")
  }

  @Test func manyCharactersTakeFourBytes() throws {
    let folder = try TemporaryFolder()
    let scalars = (0x10000..<0x30000).compactMap { Unicode.Scalar(UInt32($0)) }
    let text = scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
    let path = try folder.write(text.utf8, to: "wide.txt")
    for caching in [true, false] {
      let corpus = try TextCorpus.open(
        path, tokenizer: .trained(.characters), splits: TextSplits(validation: 0), caching: caching)
      #expect(tokens(corpus.training) == (0..<0x20000).map { Int32($0) })
    }
  }

  @Test func badTextIsRefusedInOneLine() throws {
    let folder = try TemporaryFolder()
    func message(_ bytes: [UInt8], _ splits: TextSplits = TextSplits()) throws -> String {
      let path = try folder.write(bytes, to: "t.txt")
      do {
        _ = try TextCorpus.open(path, tokenizer: .trained(.characters), splits: splits)
        return "no error"
      } catch {
        return "\(error)".replacing(folder.path + "/", with: "")
      }
    }
    #expect(try message([]) == "t.txt: is empty; give a text to learn from")
    #expect(
      try message(Array("ab\nc".utf8) + [0xFF, 0x0A])
        == "t.txt, byte 4, line 2: is not UTF-8 (0xFF); convert the text to UTF-8 (iconv), or use the tokenizer 'bytes'"
    )
    #expect(
      try message(Array((String(repeating: "ab\n", count: 10) + "ß").utf8), TextSplits(validation: 0.2))
        == "t.txt, byte 30, line 11: has the character 'ß' (U+00DF), which the training split does not have, but its validation split; "
        + "choose another data.validation, or train with the tokenizer 'bytes' or 'bpe', which know every character")
    #expect(try message([97], TextSplits(validation: 0.5)).hasPrefix("t.txt: is empty in its training split (1 bytes"))
    #expect(try message([97, 98], TextSplits(validation: 0.6, test: 0.4)).contains("leave something to train on"))
    #expect(folder.files == ["t.txt"])
    // Bytes take anything.
    let path = try folder.write([0xFF, 0xFE, 0x80], to: "t.bin")
    let corpus = try TextCorpus.open(path, tokenizer: .trained(.bytes), splits: TextSplits(validation: 0.4))
    #expect(tokens(corpus.training).count + tokens(corpus.validation).count == 3)
    #expect(throws: DataError.self) { try TextCorpus.open(folder.file("none.txt"), tokenizer: .trained(.bytes)) }
    #expect(throws: DataError.self) { try TextCorpus.open(path, tokenizer: .trained(.bytePairs(vocabularySize: 256))) }
  }
}

/// Where tokens are kept, and what is said of texts for a model that is there already.
@Suite struct TokenCacheLocationTests {
  private static let text = String(repeating: "to be or not to be\n", count: 30)

  @Test("a link's tokens lie beside the text, once for all of its names")
  func links() throws {
    let (folder, links) = (try TemporaryFolder(), try TemporaryFolder())
    let path = try folder.write(Self.text.utf8, to: "text.txt")
    let link = links.file("link.txt")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    for name in [link, path] { _ = try TextCorpus.open(name, tokenizer: .trained(.bytePairs(vocabularySize: 260))) }
    #expect(links.files == ["link.txt"])
    #expect(folder.files.count == 3, "text, tokeniser, tokens: \(folder.files)")
  }

  @Test("nothing is kept beside devices; a text that is open is found by its descriptor")
  func devices() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.text.utf8, to: "text.txt")
    let file = try #require(FileHandle(forReadingAtPath: path))
    let name = "/dev/fd/\(file.fileDescriptor)"
    #expect(
      TokenCacheLocation.resolve(name) == TokenCacheLocation.resolve(path) && TokenCacheLocation.resolve(path) != nil)
    #expect(TokenCacheLocation.resolve("/dev/null") == nil && TokenCacheLocation.resolve("/proc/self/status") == nil)
    try FileManager.default.removeItem(atPath: path)
    #expect(TokenCacheLocation.resolve(name) == nil)
    let corpus = try TextCorpus.open(name, tokenizer: .trained(.bytePairs(vocabularySize: 260)))
    #expect(corpus.training.byteCount > 0 && corpus.note == nil && folder.files.isEmpty)
  }
}
