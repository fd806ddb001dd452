import Foundation
import Testing

/// An image that cannot be read when a run is in the middle of an epoch.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct UnreadableImageTests {
  private let folder: TemporaryFolder
  private let config: String

  /// Forty images of two classes. Number 21 of the data set is cut off; it is not among those that are read before training.
  init() throws {
    folder = try TemporaryFolder()
    let source = TestImages.pngs(count: 40)
    for (number, image) in source.enumerated() {
      let path = folder.url.appendingPathComponent(
        "images/train/\(number % 2 == 0 ? "a" : "b")/\(number < 20 ? "0" : "")\(number / 2).png")
      try FileManager.default.createDirectory(
        at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
      try (number == 21 ? image.prefix(image.count / 2) : image).write(to: path)
    }
    config = try folder.write(
      """
      data: {dataset: image-folder, path: "\(folder.path("images"))", image_size: 8, normalize: none, augment: [flip, {random_crop: {padding: 3, mode: reflect}}]}
      model: {layers: [flatten, linear: 2]}
      training: {batch_size: 6, epochs: 2, shards: 6}
      evaluation: {every_epochs: null, at_end: false}
      """, to: "images.yaml")
  }

  private func expectMessage(_ result: ProcessResult) {
    #expect(result.exitCode == 1, "\(result.errors)")
    let path = folder.path("images/train/b/10.png")
    #expect(
      result.errors.contains("\(path), sample 21 of its split: unreadable image: "), "\(result.errors)")
    #expect(result.errors.contains("; repair or remove it, or give --skip-bad-images"), "\(result.errors)")
    #expect(result.errors.components(separatedBy: "error:").count == 2, "\(result.errors)")
    #expect(!result.errors.contains("Fatal error"), "\(result.errors)")
  }

  @Test("ends the run on any number of threads, and names the file, its number and the cause", arguments: [1, 2, 3, 6])
  func threads(workers: Int) throws {
    let run = folder.path("run-\(workers)")
    expectMessage(try Lockstep.run(["train", config, "--run-dir", run, "-q", "--workers", "\(workers)"]))
    let end = try String(contentsOfFile: run + "/end.json", encoding: .utf8)
    #expect(end.contains(#""end":"failed""#) && end.contains("train/b/10.png, sample 21 of its split"), "\(end)")
    let skipping = try Lockstep.run(
      ["train", config, "--run-dir", run + "-skipping", "-q", "--workers", "\(workers)", "--skip-bad-images"])
    #expect(skipping.exitCode == 0, "\(skipping.errors)")
  }

  @Test("the same under mpirun")
  func ranks() throws {
    let result = try Lockstep.runRanks(3, ["train", config, "--run-dir", folder.path("ranks"), "-q"])
    expectMessage(result)
    #expect(result.errors.contains("error: rank "), "\(result.errors)")
  }
}
