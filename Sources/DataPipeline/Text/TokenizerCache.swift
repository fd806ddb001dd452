import Files
import Foundation
import Hashing
import PlainText

/// A tokeniser that was learned from a text, in a file beside it: learning byte pairs takes a while, and gives the same each
/// time. The processes of a node that need it at once wait for the one that learns it.
///
/// The file holds the SHA-256 of `Tokenizer.json` in hexadecimal, a line end, and that text.
struct TokenizerCache {
  private let specification: TokenizerSpecification
  private let training: UnsafeRawBufferPointer
  /// The text, of which `training` is a part.
  private let text: String
  /// `NAME.KEY.tokenizer`, beside the text.
  let path: String
  /// Waits for another process that learns it: time before a note, and the longest wait.
  var patience = Duration.seconds(3)
  var longestWait = Duration.seconds(600)

  init(_ specification: TokenizerSpecification, on training: UnsafeRawBufferPointer, of text: String) {
    (self.specification, self.training, self.text) = (specification, training, text)
    let key = SHA256.hexadecimal(of: "1 \(specification.name) \(training.count) \(Digest.of(training))")
    path = "\(text).\(key.prefix(12)).tokenizer"
  }

  /// The stored tokeniser, or one that is learned now, and stored if the folder allows that.
  ///
  /// If the lock cannot be taken, several processes learn the same.
  /// - Parameter monitor: Receives a note with the process that is waited for.
  func tokenizer(_ monitor: PreparationMonitor = PreparationMonitor()) throws(DataError) -> any Tokenizer {
    if let kept = kept() { return kept }
    let lock = FileLock.take(
      lockPath, patience: patience, limit: longestWait, isStopped: monitor.isStopped
    ) { owner in
      monitor.warn(
        "waiting for \(owner), which learns the byte pairs of \(text.onOneLine); after \(longestWait.components.seconds) s they are "
          + "learned here too")
    }
    defer { lock?.release() }
    // A process without the lock learns without it, and may lose its unfinished file here; it does not require that.
    if lock != nil { AtomicFile<DataError>.removeLeftovers(of: path, untouchedFor: 0) }
    if let kept = kept() { return kept }
    try monitor.check()
    let learned = try Tokenizers.train(specification, on: training, of: text, monitor: monitor)
    try? write(learned.json)
    return learned
  }

  /// Bytes of the largest vocabulary: of 2²⁰ merges each is two numbers of at most seven digits with a comma behind them, and the
  /// rest is short.
  static let mostBytes = 16 << 20 + 1 << 10

  /// Nil if there is none, or if it is damaged: then it is learned anew.
  private func kept() -> (any Tokenizer)? {
    guard (try? Paths.kind(of: path)) == .file, let file = try? FileContents.map(path), file.count <= Self.mostBytes
    else {
      return nil
    }
    let lines = file.withBytes { String(decoding: $0, as: UTF8.self) }.split(separator: "\n", maxSplits: 1)
    guard lines.count == 2, lines[0] == SHA256.hexadecimal(of: String(lines[1])) else { return nil }
    guard let tokenizer = try? Tokenizers.load(json: String(lines[1]), from: path),
      case .bytePairs(let found) = tokenizer.specification, case .bytePairs(let asked) = specification, found <= asked
    else { return nil }
    return tokenizer
  }

  /// Writes under a temporary name first, so that no process reads half a file.
  private func write(_ json: String) throws(DataError) {
    try AtomicFile<DataError>.write("\(SHA256.hexadecimal(of: json))\n\(json)", to: path, isDurable: false)
  }

  private var lockPath: String { path + ".lock" }
}
