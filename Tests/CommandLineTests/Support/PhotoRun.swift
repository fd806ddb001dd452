import Foundation
import Testing

/// A small model of images in a folder for each class, trained by the program.
struct PhotoRun {
  let folder: TemporaryFolder
  let run: String
  let config: String
  var images: String { folder.path("images") }

  /// Classes whose names a CSV file must quote.
  static let classes = ["a \"cat\"", "dog, big"]

  /// Twelve images of two classes, in `train` and in `test`; 3 images pass through the model at once.
  init() throws {
    folder = try TemporaryFolder()
    let source = TestImages.pngs(count: 12)
    for split in ["train", "test"] {
      for (number, image) in source.enumerated() {
        let path = folder.url.appendingPathComponent("images/\(split)/\(Self.classes[number / 6])/\(number).png")
        try FileManager.default.createDirectory(
          at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try image.write(to: path)
      }
    }
    run = folder.path("run")
    config = try folder.write(
      """
      data: {dataset: image-folder, path: '\(folder.path("images"))', image_size: 8, augment: [flip, {shift: 2}]}
      model: {layers: [flatten, linear: 2]}
      optimizer: {momentum: 0.9}
      schedule: {rate: 0.01}
      training: {batch_size: 4, steps: 60, shards: 2}
      evaluation: {block_size: 3}
      """, to: "photos.yaml")
    let result = try Lockstep.run(["train", config, "--run-dir", run, "-q"])
    try #require(result.exitCode == 0, "\(result.errors)")
  }

  /// Rows of a CSV file, the obvious way.
  static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = [[""]]
    var isQuoted = false
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: rows[rows.count - 1].append("")
      case "\n" where !isQuoted: rows.append([""])
      default: rows[rows.count - 1][rows[rows.count - 1].count - 1].append(character)
      }
    }
    return rows.dropLast()
  }
}
