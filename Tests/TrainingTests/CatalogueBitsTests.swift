import Collectives
import Configuration
import Foundation
import NeuralNetworks
import RunSettings
import Testing

@testable import Training

/// Every layer of the catalogue trains to equal weights on any number of workers.
@Suite(.timeLimit(.minutes(15)))
final class CatalogueBitsTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static let words = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../data/invented-words.tsv").standardizedFileURL.path

  @Test(arguments: LayerCatalogue.forms.map(\.name)) func keepsItsBits(_ name: String) throws {
    let form = try #require(LayerCatalogue.forms.first { $0.name == name })
    for (number, example) in form.examples.enumerated() {
      let digests = try [1, 2, 4].map { workers in
        try digest(example, workers: workers, folder: "\(number)-\(workers)")
      }
      #expect(Set(digests).count == 1, "\(name), example \(number): \(digests)")
    }
  }

  /// SHA-256 of the weights after a few steps.
  private func digest(_ example: LayerExample, workers: Int, folder name: String) throws -> String {
    let layer = YAMLEmitter.inline(Codec.layer.encode(example.layer))
    let (data, layers) =
      switch example.inputShape.count {
      case 2:
        (
          "{dataset: labelled-text, format: tsv, path: '\(Self.words)'}",
          "[embedding: \(example.inputShape[1]), \(layer), flatten, linear: classes]"
        )
      case 1 where example.vocabulary != nil:
        (
          "{dataset: labelled-text, format: tsv, path: '\(Self.words)'}",
          "[\(layer), flatten, linear: classes]"
        )
      default:
        (
          "{dataset: synthetic, shape: \(example.inputShape), classes: 3, samples: 60}",
          "[\(layer), flatten, linear: classes]"
        )
      }
    let text = """
      data: \(data)
      model: {layers: \(layers)}
      schedule: {kind: constant, rate: 0.1}
      training: {batch_size: 12, steps: 4, shards: 4}
      evaluation: {every_epochs: null, at_end: false}
      """
    let path = folder.appendingPathComponent(name).path
    let run = try PreparedRun(
      try RunConfiguration.parse(text: text), options: RunOptions(runFolder: path), stop: StopRequest())
    _ = try ThreadGroup.run(layout: ShardLayout(shards: 4, workers: workers)) { communicator in
      try Trainer(run, communicator: communicator, jobSize: (1, 1), reporter: nil).train()
    }
    let summary = try JSONSerialization.jsonObject(
      with: try Data(contentsOf: URL(fileURLWithPath: path + "/summary.json")))
    return try #require((summary as? [String: Any])?["weights_sha256"] as? String)
  }
}
