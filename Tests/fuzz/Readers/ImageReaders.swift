import CImageFiles
import Foundation

@testable import DataPipeline

extension FuzzedReader {
  static var imageReaders: [FuzzedReader] { [jpeg, png, webp, gif, tiff, bmp, idx, cifar] }

  /// Pixels of an image at most, so that many are decoded in a minute.
  private static let limit = 1 << 16

  private static var jpeg: FuzzedReader { image("jpeg", signature: [0xFF, 0xD8, 0xFF]) }
  private static var webp: FuzzedReader { image("webp", signature: Array("WEBP".utf8), at: 8) }
  private static var gif: FuzzedReader { image("gif", signature: Array("GIF8".utf8)) }
  private static var tiff: FuzzedReader { image("tiff", signature: Array("II*\0".utf8)) }
  private static var bmp: FuzzedReader { image("bmp", signature: Array("BM".utf8)) }

  /// A reader of one format: the signature is put right first.
  private static func image(_ name: String, signature: [UInt8], at offset: Int = 0) -> FuzzedReader {
    FuzzedReader(name: name) { bytes in
      guard bytes.count >= offset + signature.count else { return }
      var file = Array(bytes)
      file.replaceSubrange(offset..<offset + signature.count, with: signature)
      file.withUnsafeBytes { decode($0) }
    }
  }

  /// A file as it is, and with checksums put right: libpng looks at nothing else of a chunk whose checksum is wrong.
  private static var png: FuzzedReader {
    FuzzedReader(name: "png") { bytes in
      decode(bytes)
      PNGChunks.repaired(bytes).withUnsafeBytes { decode($0) }
    }
  }

  private static func decode(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress, !bytes.isEmpty else { return }
    var image = ci_image()
    defer { ci_free(image.pixels) }
    // Of JPEG files with an odd number of bytes, the small scales are asked for.
    let size = bytes.count % 2 == 1 ? 5 : 0
    var request = ci_request(
      limit: limit, height: size, width: size, fit: CI_CROP, background: (255, 255, 255), measures: false)
    guard ci_decode(start, bytes.count, &request, &image), let pixels = image.pixels else { return }
    let count = image.height * image.width
    precondition(count > 0 && count <= limit && image.channels == 3)
    precondition((1...8).contains(image.orientation))
    // Reads each byte, and writes each.
    var turned = [UInt8](repeating: 0, count: 3 * count)
    ci_orient(&image, &turned)
    let sum = UnsafeBufferPointer(start: pixels, count: 3 * count).reduce(0) { $0 + Int($1) }
    precondition(turned.reduce(0) { $0 + Int($1) } == sum, "turning an image changes its pixels")
  }

  /// The first byte chooses between images and labels, plain and gzipped.
  private static var idx: FuzzedReader {
    FuzzedReader(name: "idx") { bytes, folder in
      var input = InputBytes(bytes)
      let choice = input.byte()
      let path = folder.write(input.rest, to: choice & 1 == 0 ? "images" : "images.gz")
      guard
        let file = try? IDXFile(path, dimensions: choice & 2 == 0 ? 3...4 : 1...1, inflatingAtMost: 1 << 20)
      else { return }
      precondition(file.offset + file.shape.reduce(1, *) == file.file.count)
    }
  }

  /// The first byte chooses between CIFAR-10 and CIFAR-100.
  private static var cifar: FuzzedReader {
    FuzzedReader(name: "cifar") { bytes, folder in
      var input = InputBytes(bytes)
      let variant: CIFARDataset.Variant = input.byte() & 1 == 0 ? .cifar10 : .cifar100
      _ = folder.write(input.rest, to: "batch.bin")
      guard let data = try? CIFARDataset.open(variant, files: ["batch.bin"], in: folder.path, advice: "") else {
        return
      }
      var sum = 0
      for record in data.labels.indices {
        precondition((0..<Int32(variant.classCount)).contains(data.labels[record]))
        _ = try? data.withPixels(ofRecord: record) { pixels in
          sum += UnsafeBufferPointer(start: pixels, count: data.imageShape.count).reduce(0) { $0 + Int($1) }
        }
      }
    }
  }
}
