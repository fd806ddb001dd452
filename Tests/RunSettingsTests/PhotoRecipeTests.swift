import DataPipeline
import Foundation
import RunSettings
import Testing

/// The configuration that is chosen for a folder of images: by its files alone.
@Suite struct PhotoRecipeTests {
  private final class Folder: Sendable {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-photos-\(UUID().uuidString)")

    deinit { try? FileManager.default.removeItem(at: root) }

    func path(_ name: String) -> String { root.path + "/" + name }

    func write(_ data: Data, to name: String) throws {
      let file = root.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: file)
    }
  }

  private let folder = Folder()

  private func write(_ name: String, side: Int, count: Int) throws {
    for number in 0..<count {
      let pixels = (0..<side * (side + 10) * 3).map { UInt8(($0 + number) % 251) }
      let image = PixelImage(height: side, width: side + 10, channels: 3, pixels: pixels)
      try folder.write(Data(image.pngData()), to: "photos/\(name)/\(number).png")
    }
  }

  @Test("classes alone: a tenth is set aside; the same files give the same choices, overrides replace them")
  func classesAlone() throws {
    try write("ant", side: 60, count: 30)
    try write("bee \"x\"", side: 90, count: 20)
    let photos = folder.path("photos")
    let recipe = try PhotoRecipe(folder: photos)
    let configuration = recipe.configuration
    #expect(configuration.data.path == photos && configuration.data.validation == .fraction(0.1))
    #expect(configuration.training.epochs == 200 && configuration.training.batchSize == 8)
    #expect(recipe.choices[0].hasPrefix("data: 50 images in 2 classes (20 to 30 each), in the median 70×60 pixels"))
    #expect(try PhotoRecipe(folder: photos).configuration == configuration)
    let other = try PhotoRecipe(folder: photos, overrides: ["training.epochs=3"]).configuration
    #expect(other.training.epochs == 3)
    let splits = try DatasetSplits.open(configuration.data, seed: 1)
    #expect(splits.classNames == ["ant", "bee \"x\""] && splits.training.count == 45 && splits.validation?.count == 5)
  }

  @Test("splits of its own are used; small images stay small")
  func splits() throws {
    for split in ["train", "val", "test"] {
      for name in ["a", "b"] { try write("\(split)/\(name)", side: 20, count: 3) }
    }
    let configuration = try PhotoRecipe(folder: folder.path("photos")).configuration
    #expect(configuration.data.validation == nil)
    let splits = try DatasetSplits.open(configuration.data, seed: 1)
    #expect(splits.sampleShape == [32, 32, 3] && splits.validation?.count == 6 && splits.test?.count == 6)
  }

  @Test("folders that cannot be trained on are refused in one sentence")
  func mistakes() throws {
    func problem(_ name: String) -> String {
      do {
        _ = try PhotoRecipe(folder: folder.path(name))
        return "no error"
      } catch {
        return "\(error)".replacing(folder.path(""), with: "")
      }
    }
    #expect(problem("nothing").contains("no such folder"))
    try write("one", side: 9, count: 2)
    #expect(problem("photos").contains("has one folder of images, and a classifier requires two classes"))
    try write("One", side: 9, count: 2)
    #expect(problem("photos").contains("has the folders 'One' and 'one', which differ in case only; merge them"))
    try FileManager.default.removeItem(atPath: folder.path("photos/One"))
    try write("two", side: 9, count: 2)
    try write("__MACOSX", side: 9, count: 1)
    #expect(problem("photos") == "no error")
    try FileManager.default.createDirectory(atPath: folder.path("photos/empty"), withIntermediateDirectories: true)
    #expect(problem("photos").contains("empty: has no image files; remove the folder or fill it"))
    try folder.write(Data("x".utf8), to: "texts/a.txt")
    #expect(problem("texts").contains("is neither a run folder nor a folder of images"))
  }
}
