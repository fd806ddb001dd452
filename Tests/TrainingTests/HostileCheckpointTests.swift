import Collectives
import DataPipeline
import Foundation
import Inference
import RunSettings
import Testing

@testable import Checkpoints
@testable import Training

/// Checkpoints with right checksums and numbers that no run comes to: a message, never a trap.
@Suite(.timeLimit(.minutes(15)))
final class HostileCheckpointTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static let images = """
    data: {dataset: synthetic, shape: [4, 4, 3], classes: 3, samples: 36, validation: 6}
    model: {layers: [flatten, linear: 4, batch_norm, relu, linear: 3]}
    schedule: {kind: plateau, patience: 0, cooldown: 1}
    training: {batch_size: 6, steps: 6, shards: 2, early_stopping: {patience: 50}}
    evaluation: {every_steps: 1}
    logging: {every_steps: 2}
    checkpoint: {every_steps: 3, best: false}
    """

  private static let words = """
    data: {dataset: text, tokenizer: characters, window: 4, order: sequential, test: 0.2}
    model: {layers: [embedding: {width: 3}, lstm: {size: 3}, linear: classes]}
    training: {batch_size: 4, steps: 6, shards: 2}
    checkpoint: {every_steps: 3}
    """

  private struct Target {
    var configuration: RunConfiguration
    var checkpoint: String
    var bytes: [UInt8]
  }

  /// Trains, and keeps the checkpoint of the third step.
  private func target(_ text: String, data: String? = nil) throws -> Target {
    var configuration = try RunConfiguration.parse(text: text)
    configuration.data.path = data
    let run = folder.appendingPathComponent("run-\(UUID().uuidString)").path
    try train(configuration, in: run, resume: .automatic)
    let checkpoint = RunLayout.checkpoint(step: 3, in: run)
    return Target(
      configuration: configuration, checkpoint: checkpoint,
      bytes: Array(try Data(contentsOf: URL(fileURLWithPath: checkpoint))))
  }

  private func train(_ configuration: RunConfiguration, in run: String, resume: ResumeMode) throws {
    let prepared = try PreparedRun(configuration, options: RunOptions(runFolder: run, resume: resume))
    _ = try Trainer(prepared, communicator: SoloCommunicator(shards: 2), jobSize: (1, 1), reporter: nil).train()
  }

  /// Message of a run that cannot resume from the file; nil if it can.
  private func resumeFailure(_ target: Target, from file: String) -> String? {
    let run = folder.appendingPathComponent("resumed").path
    defer { try? FileManager.default.removeItem(atPath: run) }
    do {
      try train(target.configuration, in: run, resume: .checkpoint(file))
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// The checkpoint with another text in its metadata, and the checksum that belongs to it.
  private func forged(_ bytes: [UInt8], _ name: String, _ text: String) throws -> String {
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = try SafetensorsHeader(
      text: Array(bytes[8..<(8 + length)]), dataLength: bytes.count - 8 - length, path: "original")
    let index = try #require(header.metadata.firstIndex { $0.name == name })
    header.metadata[index].text = text
    let file = folder.appendingPathComponent("forged.safetensors")
    try Data(CheckpointFormat.sealed(header.encoded()) + bytes[(8 + length)...]).write(to: file)
    return file.path
  }

  /// The texts with one number changed each: the number's key, the value, the text.
  private func mutations(_ text: String, _ values: [String]) -> [(key: String, value: String, text: String)] {
    text.matches(of: /-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/).flatMap { match in
      let before = text[..<match.range.lowerBound]
      let after = text[match.range.upperBound...]
      // Digits of names and digests are no numbers.
      guard before.last.map({ ":[, ".contains($0) }) ?? false, after.first.map({ ",]}\n".contains($0) }) ?? true else {
        return [(key: String, value: String, text: String)]()
      }
      let key = before.split(whereSeparator: { ",{ \n".contains($0) }).last { $0.contains(":") } ?? ""
      return values.map { (key.filter { $0.isLetter || $0 == "_" }, $0, before + $0 + after) }
    }
  }

  private func metadata(_ target: Target, _ name: String) throws -> String {
    try #require(try SafetensorsFile(path: target.checkpoint).metadata(name))
  }

  @Test("every number of the state and of the progress")
  func stateAndProgress() throws {
    let target = try target(Self.images)
    let state = mutations(
      try metadata(target, "lockstep.state"), ["-1", "0.5", "9223372036854775807", "2147483647"])
    for (key, value, text) in state {
      let file = try forged(target.bytes, "lockstep.state", text)
      let isRefused = ["step", "shards", "workers", "blas_threads", "position", "epoch"].contains(key)
      let failure = resumeFailure(target, from: file)
      #expect(failure != nil || !isRefused, "\(key): \(value)")
      do { _ = try TrainedModel(at: file, dataDirectory: nil) { _ in } } catch {}
    }
    let counted = ["wallSeconds", "samples", "correct", "predictions", "accuracy", "evaluationsWithoutImprovement"]
    let progress = mutations(
      try metadata(target, "lockstep.progress"), ["-1", "9223372036854775807", "1e300", "\"nan\""])
    for (key, value, text) in progress {
      let file = try forged(target.bytes, "lockstep.progress", text)
      let failure = resumeFailure(target, from: file)
      #expect(failure != nil || !(["step"] + counted).contains(key), "\(key): \(value)")
    }
    #expect(state.count + progress.count > 100)
    // Of the original nothing is refused.
    #expect(resumeFailure(target, from: target.checkpoint) == nil)
  }

  @Test("a mean and a deviation that do not go together, or that no data have")
  func normalizer() throws {
    let file = folder.appendingPathComponent("normalizer.safetensors").path
    for (mean, deviation) in [
      ([Float](repeating: 0, count: 3), [Float(1)]), ([.nan], [1]), ([0], [.infinity]), ([0], [0]), ([0], [-1]),
      ([0], [.leastNonzeroMagnitude]),
    ] {
      try Checkpoint.write(
        to: file, weights: [],
        state: [
          TensorSource("data.mean", shape: [mean.count], values: mean),
          TensorSource("data.standard_deviation", shape: [deviation.count], values: deviation),
        ],
        metadata: CheckpointMetadata(
          step: 1, epoch: 0, position: 0, shards: 1, workers: 1, blasThreads: 1, configuration: ""))
      let error = #expect(throws: CheckpointError.self, "\(mean), \(deviation)") {
        try Normalizer(of: Checkpoint(path: file), kind: .perChannel)
      }
      #expect(error?.kind == .damaged)
    }
  }

  @Test(
    "classify: no classes, two of one name, images of more pixels than the run's",
    arguments: [
      #"{"shape":[4,4,3],"classes":[]}"#, #"{"shape":[4,4,3],"classes":["a","b","a"]}"#,
      #"{"shape":[20000,20000,3],"classes":["a","b","c"]}"#,
    ])
  func samples(text: String) throws {
    let target = try target(
      Self.images.replacingOccurrences(
        of: "{layers: [flatten, linear: 4, batch_norm, relu, linear: 3]}",
        with: "{layers: [conv: {filters: 2, kernel: 1}, global_average_pool, linear: classes]}"))
    let file = try forged(target.bytes, "lockstep.samples", text)
    let error = #expect(throws: CheckpointError.self) { try Classifier(at: file) { _ in } }
    #expect(error?.kind == .damaged, "\(error.map { "\($0)" } ?? "")")
  }

  private func text() throws -> String {
    let file = folder.appendingPathComponent("words.txt")
    try String(repeating: "to be or not to be\n", count: 20).write(to: file, atomically: true, encoding: .utf8)
    return file.path
  }

  @Test("every number of the samples, the tokenizer and the configuration")
  func otherNumbers() throws {
    var refusals: [String] = []
    for target in [try target(Self.images), try target(Self.words, data: text())] {
      for name in ["lockstep.samples", "lockstep.tokenizer", "lockstep.configuration"] {
        guard let original = try SafetensorsFile(path: target.checkpoint).metadata(name) else { continue }
        // Sizes that a configuration may have are allowed to take time.
        let values = name == "lockstep.configuration" ? ["0"] : ["-1", "0", "2147483647", "1e300"]
        for (_, _, text) in mutations(original, values) {
          let file = try forged(target.bytes, name, text)
          _ = resumeFailure(target, from: file)
          do {
            _ = try TrainedModel(at: file, dataDirectory: nil) { _ in }
              .evaluate(.test, communicator: SoloCommunicator(shards: 1))
          } catch {}
          do { _ = try Classifier(at: file) { _ in } } catch { refusals.append("\(error)") }
          do {
            let generator = try TextGenerator(at: file) { _ in }
            _ = try generator.generate(after: [], length: 2, settings: SamplingSettings()) { _ in }
          } catch { refusals.append("\(error)") }
        }
      }
    }
    // Some numbers may be right; those that are not are refused with a message.
    #expect(!refusals.isEmpty && refusals.allSatisfy { !$0.isEmpty })
  }
}
