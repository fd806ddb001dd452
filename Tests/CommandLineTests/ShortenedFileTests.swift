import Foundation
import Testing

/// A data file that is shortened while a run reads it ends the run with its name, not by a signal.
@Suite(.serialized, .takingTurns) struct ShortenedFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("the file is named, by a process and by ranks", arguments: [1, 2])
  func named(ranks: Int) throws {
    let words = (0..<60_000).map { "word\($0 % 977) " }.joined()
    let text = try folder.write(words, to: "text\(ranks)\u{202E}.txt")
    let config = try folder.write(
      """
      data: {dataset: text, path: '\(text)', tokenizer: bytes, window: 16}
      model: {layers: [embedding: 4, linear: classes]}
      training: {batch_size: 8, steps: 2147483647, shards: 2}
      """, to: "config\(ranks).yaml")
    let run = folder.path("run\(ranks)")
    let arguments = ["train", config, "--run-dir", run, "-q"]
    let directory = folder.path(".")
    let shortener = Thread {
      let metrics = run + "/metrics.jsonl"
      for _ in 0..<6000 {
        let size = (try? FileManager.default.attributesOfItem(atPath: metrics))?[.size] as? Int ?? 0
        if size > 0 { break }
        usleep(10_000)
      }
      for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      where name.hasSuffix(".tokens") {
        truncate(directory + "/" + name, 200)
      }
    }
    shortener.start()
    let result = try ranks > 1 ? Lockstep.runRanks(ranks, arguments) : Lockstep.run(arguments)
    #expect(result.exitCode == 1, "\(result.errors)")
    #expect(result.errors.contains(".tokens: was shortened"), "\(result.errors)")
    #expect(result.errors.contains("text\(ranks)\u{FFFD}.txt."), "\(result.errors)")
  }
}
