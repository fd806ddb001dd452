import Configuration
import Files

/// One image file as a data set, so that a model gets it in the same way as the images of a data set.
public struct SingleImage: ImageDataset {
  public let imageShape: ImageShape
  public let layout = PixelLayout.interleaved
  public let classNames = ["unknown"]
  public let labels: [Int32] = [0]
  private let pixels: [UInt8]

  /// Reads an image file, scales it and, for one channel, turns it grey.
  ///
  /// - Parameters:
  ///   - path: A JPEG or PNG file.
  ///   - shape: Shape of the model's samples, with 1 or 3 channels.
  ///   - sizing: How an image of another size is scaled.
  ///   - limit: Most pixels of the file.
  public init(
    contentsOf path: String, shape: ImageShape, _ sizing: ImageSizing = ImageSizing(fit: .stretch),
    limit: Int = DatasetSpecification.defaultMaxImagePixels
  ) throws(DataError) {
    precondition(shape.channels == 1 || shape.channels == 3, "an image file for samples of \(shape)")
    imageShape = shape
    switch try Paths.kind(of: path) {
    case nil:
      throw DataError(
        path, "no such file", advice: "the model requires image files: \(ImageFormat.readable)", isWrongUse: true)
    case .folder: throw DataError(path, "is a folder", advice: "give the image files themselves", isWrongUse: true)
    case .file, .link, .other: break
    }
    let size = Extent(height: shape.height, width: shape.width)
    let image = try PixelImage(contentsOf: path, limit: limit, size: size, sizing)
    pixels = shape.channels == 3 ? image.pixels : Self.grey(image.pixels)
  }

  public func withPixels<Result>(
    ofRecord record: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) throws(DataError) -> Result {
    pixels.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("an image without pixels") }
      return body(base)
    }
  }

  /// Luma of ITU-R BT.601, which leaves equal channels as they are.
  private static func grey(_ rgb: [UInt8]) -> [UInt8] {
    var grey: [UInt8] = []
    for at in stride(from: 0, to: rgb.count, by: 3) {
      let (red, green, blue) = (Int(rgb[at]), Int(rgb[at + 1]), Int(rgb[at + 2]))
      let thousandths = 299 * red + 587 * green + 114 * blue
      grey.append(UInt8((thousandths + 500) / 1000))
    }
    return grey
  }
}
