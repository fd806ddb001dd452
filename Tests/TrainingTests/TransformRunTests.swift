import Collectives
import Configuration
import DataPipeline
import Foundation
import Inference
import RunSettings
import Testing

@testable import Training

/// Transforms of images in configurations and in runs.
@Suite(.timeLimit(.minutes(15)))
struct TransformRunTests {
  private static let base = """
    data: {dataset: synthetic, shape: [9, 11, 3], classes: 3, samples: 61, validation: 13}
    model: {layers: [conv: {filters: 3, kernel: 3}, relu, flatten, linear: classes]}
    schedule: {kind: constant, rate: 0.1}
    training: {batch_size: 11, steps: 9, shards: 4, seed: 3}
    evaluation: {every_steps: 3, at_end: true}
    """

  private func parsed(_ overrides: String...) throws -> RunConfiguration {
    try RunConfiguration.parse(text: Self.base, overrides: overrides)
  }

  private static let examples = TransformCatalogue.entries.map { example(of: $0) }

  private static func example<Settings: TransformSettings>(of _: Settings.Type) -> TransformSpecification {
    TransformSpecification(Settings.form.example)
  }

  /// The base with a transform, and one for evaluation that leads to the same shape.
  private func configuration(_ item: TransformSpecification) throws -> RunConfiguration {
    var configuration = try parsed()
    configuration.data.augmentations = [item]
    let shape = try TransformList([item]).outputShape(of: ImageShape(height: 9, width: 11, channels: 3))
    configuration.data.evaluationTransforms = [.centerCrop(Extent(height: shape.height, width: shape.width))]
    return configuration
  }

  @Test(
    "examples are read back from the YAML that they are written as, and stand in the reference page with their keys")
  func roundTrip() throws {
    let page = ConfigurationReference.markdown()
    for item in Self.examples {
      let configuration = try configuration(item)
      #expect(try RunConfiguration.parse(text: configuration.effectiveYAML()) == configuration, "\(item.name)")
      let start = try #require(page.range(of: "### `\(item.name)`\n"), "\(item.name)").upperBound
      let section = page[start...].prefix { $0 != "#" }
      for variant in TransformCatalogue.items.variants where variant.name == item.name {
        for field in variant.fields { #expect(section.contains("| `\(field.name)` |"), "\(item.name) \(field.name)") }
      }
    }
  }

  @Test("weights have equal bits on 1, 2 and 4 workers, and each kind gives others")
  func equalBits() throws {
    var seen: Set<String> = []
    for item in Self.examples {
      let configuration = try configuration(item)
      let digests = try [1, 2, 4].map { try TemporaryRun().train(configuration, workers: $0) }
      #expect(digests[0] == digests[1] && digests[0] == digests[2], "\(item.name)")
      #expect(seen.insert(digests[0]).inserted, "\(item.name) gives the weights of another")
    }
  }

  @Test("a list is applied in its order, and a run that is stopped goes on with it")
  func orderAndResume() throws {
    let lists = [
      "data.augment=[{random_crop: {padding: 2, mode: reflect}}, flip, {shift: 1}]",
      "data.augment=[flip, {shift: 1}, {random_crop: {padding: 2, mode: reflect}}]",
    ]
    let digests = try lists.map { try TemporaryRun().train(parsed($0), workers: 1) }
    #expect(digests[0] != digests[1])
    let parts = TemporaryRun()
    _ = try parts.train(parsed(lists[0], "training.steps=4"), workers: 2)
    #expect(try parts.train(parsed(lists[0]), workers: 4) == digests[0])
  }

  @Test("up to version 1 flips came before shifts, and runs of then keep it")
  func versionOne() throws {
    let shiftFirst = "data.augment=[{shift: 2}, flip]"
    let old = try parsed(shiftFirst, "version=1")
    #expect(old.data.augmentations == [.flip, .shift(2)])
    #expect(try RunConfiguration.parse(text: old.effectiveYAML()) == old)
    #expect(try parsed(shiftFirst).data.augmentations == [.shift(2), .flip])
    let digest = try TemporaryRun().train(parsed("data.augment=[flip, {shift: 2}]"), workers: 1)
    #expect(try TemporaryRun().train(old, workers: 2) == digest)
    #expect(try TemporaryRun().train(parsed(shiftFirst), workers: 2) != digest)
    // A configuration that names no version goes on as the run began.
    let parts = TemporaryRun()
    _ = try parts.train(parsed(shiftFirst, "version=1", "training.steps=4"), workers: 1)
    #expect(try parts.train(parsed(shiftFirst), workers: 2) == digest)
  }

  @Test("a crop changes what the model gets, in training and in evaluation, and what a benchmark measures")
  func shapes() throws {
    let crop = try parsed("data.augment=[{random_crop: 6}]", "data.evaluation_transforms=[{center_crop: 6}]")
    let run = try PreparedRun(crop)
    #expect(run.data.sampleShape == [6, 6, 3] && run.data.training.sampleShape == [9, 11, 3])
    #expect(try PreparedRun.synthetic(like: crop) { _ in }.data.sampleShape == [6, 6, 3])
    let folder = TemporaryRun()
    _ = try folder.train(crop, workers: 2)
    let model = try TrainedModel(at: folder.path, dataDirectory: nil) { Issue.record("\($0)") }
    #expect(try model.evaluate(.test, communicator: SoloCommunicator(shards: 1)).samples == 6)
    let classifier = try Classifier(at: folder.path) { Issue.record("\($0)") }
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString).png")
    defer { try? FileManager.default.removeItem(at: file) }
    let image = PixelImage(height: 20, width: 17, channels: 3, pixels: (0..<1020).map { UInt8($0 % 251) })
    try Data(image.pngData()).write(to: file)
    let found = try classifier.classify(Array(file.path.utf8))
    #expect(abs(found.candidates.reduce(0) { $0 + $1.probability } - 1) < 1e-6)
  }

  @Test("images whose size only the files tell are checked when they are opened")
  func lateFaults() throws {
    let images = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: images) }
    for name in ["a", "b"] {
      let folder = images.appendingPathComponent("train/\(name)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let image = PixelImage(height: 4, width: 5, channels: 3, pixels: [UInt8](repeating: 7, count: 60))
      try Data(image.pngData()).write(to: folder.appendingPathComponent("1.png"))
    }
    let folder =
      "data={dataset: image-folder, path: '\(images.path)', augment: [{random_crop: {padding: 4, mode: reflect}}]}"
    let error = #expect(throws: DataError.self) { try PreparedRun(try parsed(folder)) }
    #expect(
      error?.description
        == "data.augment: random_crop: a padding of 4 reflects more than images of 4×5 have; lower the padding below 4, or "
        + "give mode: zero")
    #expect(error?.isWrongUse == true)
  }
}
