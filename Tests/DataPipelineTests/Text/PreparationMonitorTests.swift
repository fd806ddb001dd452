import Foundation
import Testing

@testable import DataPipeline

/// Preparing a text can be stopped at each point that asks, and leaves nothing half done.
struct PreparationMonitorTests {
  private static let text = String(repeating: "the cat sat on the mat, the rat sat on the cat\n", count: 3000)

  @Test(arguments: [TokenizerSpecification.characters, .bytes, .bytePairs(vocabularySize: 270)])
  func stopsWhereverItAsks(tokenizer: TokenizerSpecification) throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text.utf8, to: "text.txt")
    let path = folder.file("text.txt")
    func open(stoppingAt limit: Int) throws -> TextCorpus {
      var calls = 0
      let monitor = PreparationMonitor(isStopped: {
        calls += 1
        return calls > limit
      })
      return try TextCorpus.open(path, tokenizer: .trained(tokenizer), monitor: monitor)
    }
    var stops = 0
    var corpus: TextCorpus?
    while corpus == nil {
      do {
        corpus = try open(stoppingAt: stops)
      } catch let error as DataError where error == .stopped {
        stops += 1
        #expect(!folder.files.contains { $0.hasSuffix(".tokens") || $0.hasSuffix(".lock") }, "\(folder.files)")
        #expect(folder.files.count <= 2, "\(folder.files)")
      }
    }
    #expect(stops > 2)
    let whole = try TextCorpus.open(path, tokenizer: .trained(tokenizer), caching: false)
    #expect(corpus?.tokenizer.json == whole.tokenizer.json)
    #expect(corpus?.training.tokens.count == whole.training.tokens.count)
  }

  @Test func stopsForLabelledTexts() throws {
    let folder = try TemporaryFolder()
    try folder.write("a\tx\nb\ty\n".utf8, to: "lines.tsv")
    var specification = LabelledTextSpecification(path: folder.file("lines.tsv"), format: .tsv)
    specification.validation = .none
    let monitor = PreparationMonitor(isStopped: { true })
    #expect(throws: DataError.stopped) {
      try LabelledTextDataset.open(specification, tokenizer: .trained(.bytes), monitor: monitor)
    }
  }

  @Test func whatTakesLongIsSaidOnce() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.text.utf8, to: "text.txt")
    let path = folder.file("text.txt")
    let tokenizer = TextCorpus.TokenizerSource.trained(.bytePairs(vocabularySize: 270))
    var notes: [String] = []
    var monitor = PreparationMonitor(note: { notes.append($0) })
    monitor.patience = .seconds(3600)
    _ = try TextCorpus.open(path, tokenizer: tokenizer, caching: false, monitor: monitor)
    #expect(notes.isEmpty)
    monitor.patience = .zero
    _ = try TextCorpus.open(path, tokenizer: tokenizer, caching: false, monitor: monitor)
    #expect(notes == ["learning 14 byte pairs of \(path)", "encoding \(path)"])
  }
}
