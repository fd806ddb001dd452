import Files
import Foundation
import Hashing
import PlainText
import Testing

@testable import DataPipeline

/// Byte pairs that are kept beside the text they were learned from.
@Suite struct TokenizerCacheTests {
  private static let text = String(repeating: "the cat sat on the mat, the rat sat on the cat\n", count: 30)

  private func open(_ folder: TemporaryFolder, size: Int = 270) throws -> TextCorpus {
    try TextCorpus.open(folder.file("text.txt"), tokenizer: .trained(.bytePairs(vocabularySize: size)))
  }

  private func name(in folder: TemporaryFolder) throws -> String {
    try #require(folder.files.first { $0.hasSuffix(".tokenizer") })
  }

  @Test func whatIsKeptIsUsed() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text.utf8, to: "text.txt")
    let first = try open(folder)
    let name = try name(in: folder)
    #expect(folder.files.count == 3, "text, tokeniser, tokens; no lock")
    // Fewer merges, with a digest of their own, show that the file is what is read.
    let other = try TextCorpus.open(
      folder.file("text.txt"), tokenizer: .trained(.bytePairs(vocabularySize: 260)), caching: false
    ).tokenizer.json
    #expect(other != first.tokenizer.json)
    try folder.write("\(Array(other.utf8).withUnsafeBytes { SHA256.hexadecimal(of: $0) })\n\(other)".utf8, to: name)
    #expect(try open(folder).tokenizer.json == other)
  }

  @Test func damagedFilesAreLearnedAnew() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text.utf8, to: "text.txt")
    let expected = try open(folder).tokenizer.json
    let name = try name(in: folder)
    let whole = try folder.read(name)
    var altered = whole
    altered[whole.count - 4] = UInt8(ascii: "7")
    #expect(altered != whole)
    for bytes in [[], Array(whole.dropLast()), altered, Array("x\ny".utf8), [0xFF, 0x0A, 0xFF]] {
      try folder.write(bytes, to: name)
      #expect(try open(folder).tokenizer.json == expected)
      #expect(try folder.read(name) == whole)
    }
  }

  @Test func aFileThatIsLargerThanAnyVocabularyIsNotRead() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text.utf8, to: "text.txt")
    let json = try open(folder).tokenizer.json
    let name = try name(in: folder)
    let whole = try folder.read(name)
    let large = json + String(repeating: " ", count: TokenizerCache.mostBytes)
    try folder.write("\(Array(large.utf8).withUnsafeBytes { SHA256.hexadecimal(of: $0) })\n\(large)".utf8, to: name)
    #expect(try open(folder).tokenizer.json == json)
    #expect(try folder.read(name) == whole)
  }

  @Test func anotherTextOrSizeHasItsOwn() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text.utf8, to: "text.txt")
    let first = try open(folder).tokenizer.json
    #expect(try open(folder, size: 265).tokenizer.json != first)
    try folder.write(("now " + Self.text).utf8, to: "text.txt")
    _ = try open(folder)
    #expect(folder.files.filter { $0.hasSuffix(".tokenizer") }.count == 3)
  }

  /// Threads stand for processes: each opens the lock for itself.
  @Test func severalAtOnceGetTheSame() async throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text.utf8, to: "text.txt")
    let path = folder.file("text.txt")
    let found = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<4 {
        group.addTask {
          try TextCorpus.open(path, tokenizer: .trained(.bytePairs(vocabularySize: 270))).tokenizer.json
        }
      }
      return try await group.reduce(into: [String]()) { $0.append($1) }
    }
    #expect(found.count == 4 && Set(found).count == 1)
    #expect(folder.files.count == 3)
  }

  /// Calls `body` with a cache whose lock another holds, and with what gives the lock back.
  private func whileLocked(
    _ folder: TemporaryFolder, by owner: String,
    _ body: (inout TokenizerCache, _ release: @escaping () -> Void) throws -> Void
  ) throws {
    try Array(Self.text.utf8).withUnsafeBytes { bytes in
      var cache = TokenizerCache(.bytePairs(vocabularySize: 270), on: bytes, of: folder.file("text.txt"))
      let descriptor = Foundation.open(cache.path + ".lock", O_RDWR | O_CREAT, 0o644)
      try #require(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
      #expect(write(descriptor, owner, owner.utf8.count) == owner.utf8.count)
      try body(&cache) { close(descriptor) }
    }
  }

  @Test func whoIsWaitedForIsSaid() throws {
    let folder = try TemporaryFolder()
    try whileLocked(folder, by: "process 7 on node3\n") { cache, release in
      cache.patience = .zero
      var said: [String] = []
      let monitor = PreparationMonitor(warn: {
        said.append($0)
        release()
      })
      _ = try cache.tokenizer(monitor)
      let text = folder.file("text.txt")
      #expect(
        said == [
          "waiting for process 7 on node3, which learns the byte pairs of \(text); after 600 s they are learned here too"
        ])
      #expect(folder.files.count == 1, "the tokeniser; no lock")
    }
  }

  @Test func waitingCanBeStopped() throws {
    let folder = try TemporaryFolder()
    try whileLocked(folder, by: "") { cache, release in
      #expect(throws: DataError.stopped) { try cache.tokenizer(PreparationMonitor(isStopped: { true })) }
      release()
    }
  }

  @Test func aLockThatIsNeverGivenBackIsLeftToItsOwner() throws {
    let folder = try TemporaryFolder()
    try whileLocked(folder, by: "") { cache, release in
      (cache.patience, cache.longestWait) = (.zero, .milliseconds(1))
      var said = ""
      let learned = try cache.tokenizer(PreparationMonitor(warn: { said = $0 }))
      #expect(learned.vocabularySize == 270 && said.hasPrefix("waiting for another process, which"))
      #expect(folder.files.contains { $0.hasSuffix(".lock") })
      release()
    }
  }

  @Test func whatAKilledProcessWroteGoesAway() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text.utf8, to: "text.txt")
    _ = try open(folder)
    let name = try name(in: folder)
    try FileManager.default.removeItem(atPath: folder.file(name))
    let kept = [name + ".mine", "other.tokenizer.12-0123ABCD"]
    for other in kept + [".\(name).0123456789abcdef.partial"] { try folder.write([1], to: other) }
    _ = try open(folder)
    #expect(folder.files.count == 5 && kept.allSatisfy(folder.files.contains))
  }

  @Test func aLockInThePlaceOfOnesOwnIsLeft() throws {
    let folder = try TemporaryFolder()
    let lock = try #require(FileLock.take(folder.file("x"), patience: .zero, limit: .zero) { _ in })
    try FileManager.default.removeItem(atPath: folder.file("x"))
    try folder.write([], to: "x")
    lock.release()
    #expect(folder.exists("x"))
  }

  @Test func aFolderThatTakesNoFilesIsNoError() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text.utf8, to: "text.txt")
    let expected = try open(folder).tokenizer.json
    let name = try name(in: folder)
    try FileManager.default.removeItem(atPath: folder.file(name))
    // A folder of its name fails the rename for root too.
    try FileManager.default.createDirectory(atPath: folder.file(name + "/x"), withIntermediateDirectories: true)
    #expect(try open(folder).tokenizer.json == expected)
  }
}
