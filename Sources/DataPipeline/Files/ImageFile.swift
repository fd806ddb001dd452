import CImageFiles
import Configuration
import Foundation

/// Pixels `[height, width, channels]`, 8 bits each.
public struct PixelImage: Sendable, Equatable {
  public let height: Int
  public let width: Int
  public let channels: Int
  public let pixels: [UInt8]

  public init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == height * width * channels, "\(pixels.count) bytes for an image [\(height), \(width), \(channels)]"
    )
    (self.height, self.width, self.channels, self.pixels) = (height, width, channels, pixels)
  }

  /// Reads an image file as RGB, upright as its EXIF data say; see `ci_decode` for the formats, and for what happens to grey,
  /// palettes, alpha, 16 bits and CMYK.
  ///
  /// - Parameters:
  ///   - path: A JPEG or PNG file.
  ///   - limit: Most pixels of an image (`data.max_image_pixels`). It is compared with the header, since a small file may declare
  ///     an image that takes all memory.
  ///   - size: Size that the image is resized to by `sizing`; nil keeps it as it is.
  ///   - sizing: How an image of another size is scaled.
  public init(
    contentsOf path: String, limit: Int = DatasetSpecification.defaultMaxImagePixels, size: Extent? = nil,
    _ sizing: ImageSizing = ImageSizing()
  ) throws(DataError) {
    let image = try PixelImage(decoding: path, sizing.request(limit: limit, size: size))
    guard let size else {
      self = image
      return
    }
    self = try image.resized(height: size.height, width: size.width, sizing)
  }

  /// Facts in the header of an image file.
  struct Header {
    /// Upright.
    let size: Extent
    let inks: ci_inks
  }

  static func header(ofFile path: String, limit: Int) throws(DataError) -> Header {
    let image = try read(path, ImageSizing().request(limit: limit, size: nil, measures: true))
    let isTurned = image.orientation >= 5
    return Header(
      size: Extent(height: isTurned ? image.width : image.height, width: isTurned ? image.height : image.width),
      inks: image.inks)
  }

  /// Calls the decoder. The caller frees the image's pixels.
  private static func read(_ path: String, _ request: ci_request) throws(DataError) -> ci_image {
    let file = try FileContents.map(path)
    var image = ci_image()
    guard file.count > 0 else { throw DataError(path, "unreadable image: the file is empty") }
    var request = request
    let isDecoded = file.withBytes { bytes in
      bytes.bindMemory(to: UInt8.self).baseAddress.map { ci_decode($0, bytes.count, &request, &image) } ?? false
    }
    guard isDecoded, image.pixels != nil || request.measures else {
      if image.exceeds_limit {
        throw DataError(
          path, "unreadable image: \(text(ofMessage: &image.message))",
          advice: "scale it down, or raise data.max_image_pixels")
      }
      if image.lacks_memory { throw .outOfMemory(path, text(ofMessage: &image.message)) }
      if let format = file.withBytes({ ImageFormat(startingWith: $0) }), !format.isReadable {
        throw DataError(
          path, "unreadable image: a \(format.rawValue) file", advice: "convert it to JPEG or PNG")
      }
      throw DataError(path, "unreadable image: \(text(ofMessage: &image.message))")
    }
    return image
  }

  private init(decoding path: String, _ request: ci_request) throws(DataError) {
    var image = try Self.read(path, request)
    defer { ci_free(image.pixels) }
    let count = image.height * image.width * image.channels
    let isTurned = image.orientation >= 5
    self.init(
      height: isTurned ? image.width : image.height, width: isTurned ? image.height : image.width,
      channels: image.channels,
      pixels: [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        guard let target = buffer.baseAddress else { return }
        ci_orient(&image, target)
        initialized = count
      })
  }

  /// The image at another size; see `ci_resize` for the arithmetic.
  ///
  /// - Throws: If the system refuses memory.
  public func resized(
    height newHeight: Int, width newWidth: Int, _ sizing: ImageSizing = ImageSizing(fit: .stretch)
  ) throws(DataError) -> PixelImage {
    if (newHeight, newWidth) == (height, width) { return self }
    precondition(
      height > 0 && width > 0 && newHeight > 0 && newWidth > 0,
      "resizing [\(height), \(width)] to [\(newHeight), \(newWidth)]")
    let count = newHeight * newWidth * channels
    var isDone = false
    let target = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      isDone = ci_resize(
        pixels, height, width, base, newHeight, newWidth, channels, sizing.fit.native, sizing.filter.native,
        sizing.background)
      initialized = isDone ? count : 0
    }
    guard isDone else {
      throw .outOfMemory("an image", "no memory to scale [\(height), \(width)] to [\(newHeight), \(newWidth)]")
    }
    return PixelImage(height: newHeight, width: newWidth, channels: channels, pixels: target)
  }

  /// The image as a PNG file's bytes; 1 channel is grey, 3 are RGB.
  public func pngData() -> [UInt8] {
    precondition(channels == 1 || channels == 3, "a PNG is written from 1 or 3 channels, not \(channels)")
    var file = ci_bytes()
    defer { ci_free(file.data) }
    var copy = pixels
    let encoded = copy.withUnsafeMutableBufferPointer { buffer in
      var image = ci_image()
      (image.height, image.width, image.channels, image.pixels) = (height, width, channels, buffer.baseAddress)
      return ci_encode_png(&image, &file)
    }
    precondition(
      encoded, "an image [\(height), \(width), \(channels)] became no PNG: \(text(ofMessage: &file.message))")
    return Array(UnsafeBufferPointer(start: file.data, count: file.count))
  }
}
