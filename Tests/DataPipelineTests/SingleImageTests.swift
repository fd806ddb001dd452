import Configuration
import Testing

@testable import DataPipeline

/// Single images reach a model as those of a folder do.
struct SingleImageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("scaled as the images of a folder are")
  func scaled() throws {
    let path = try folder.write(Fixtures.png(height: 9, width: 7, value: 40), to: "train/a/x.png")
    let settings = ImageFolder(size: Extent(height: 4, width: 5))
    let specification = DatasetSpecification(settings, path: folder.path)
    let other = try DatasetSplits.open(specification, seed: 1).training.dataset
    let shape = ImageShape(height: 4, width: 5, channels: 3)
    let single = try SingleImage(contentsOf: path, shape: shape, ImageSizing())
    #expect(try single.pixels(0) == other.pixels(0))
    #expect(single.sampleShape == [4, 5, 3] && single.count == 1)
  }

  @Test("grey by the luma of its colours; grey stays grey")
  func grey() throws {
    let colours: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 77, 77, 77]
    let image = PixelImage(height: 1, width: 4, channels: 3, pixels: colours)
    let path = try folder.write(image.pngData(), to: "x.png")
    let single = try SingleImage(contentsOf: path, shape: ImageShape(height: 1, width: 4, channels: 1))
    #expect(try single.pixels(0) == [76, 150, 29, 77])
  }

  @Test("a file that is no image gives an error of one line")
  func noImages() throws {
    let shape = ImageShape(height: 4, width: 4, channels: 3)
    func message(_ path: String) -> String {
      do {
        _ = try SingleImage(contentsOf: path, shape: shape)
        return "no error"
      } catch {
        return "\(error)".replacing(folder.path, with: "F")
      }
    }
    let text = try folder.write("text".utf8, to: "text.png")
    #expect(message(text).hasPrefix("F/text.png: unreadable image: "))
    #expect(message(folder.path) == "F: is a folder; give the image files themselves")
    #expect(
      message(folder.path + "/no.png")
        == "F/no.png: no such file; the model requires image files: JPEG, PNG, WebP, GIF, BMP or TIFF")
  }
}
