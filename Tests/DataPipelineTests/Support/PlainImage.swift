import Configuration
import Foundation
import Tensors

@testable import DataPipeline

/// An image as an array of bytes `[height, width, channels]`, and the slow, obvious way to transform it.
struct PlainImage: Equatable {
  var shape: ImageShape
  var bytes: [UInt8]

  init(_ record: [UInt8], _ shape: ImageShape, _ layout: PixelLayout) {
    self.shape = shape
    bytes = record
    guard layout == .planar else { return }
    let pixels = shape.height * shape.width
    bytes = record.indices.map { record[$0 % shape.channels * pixels + $0 / shape.channels] }
  }

  /// The image whose pixel (row, column) is this one's at `source(row, column)`; nil is black.
  private func mapped(_ height: Int, _ width: Int, _ source: (Int, Int) -> (Int, Int)?) -> PlainImage {
    var result = self
    result.shape = ImageShape(height: height, width: width, channels: shape.channels)
    result.bytes = []
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<shape.channels {
          guard let (y, x) = source(row, column), (0..<shape.height).contains(y), (0..<shape.width).contains(x) else {
            result.bytes.append(0)
            continue
          }
          result.bytes.append(bytes[(y * shape.width + x) * shape.channels + channel])
        }
      }
    }
    return result
  }

  /// The image with so many pixels more on each side.
  private func padded(_ padding: Int, reflecting: Bool) -> PlainImage {
    func index(_ number: Int, _ size: Int) -> Int {
      reflecting ? (number < 0 ? -number : number < size ? number : 2 * size - 2 - number) : number
    }
    return mapped(shape.height + 2 * padding, shape.width + 2 * padding) {
      (index($0 - padding, shape.height), index($1 - padding, shape.width))
    }
  }

  /// The image with other values where `isPainted` says so.
  private func painted(_ fill: Int, _ isPainted: (Int, Int) -> Bool) -> PlainImage {
    var result = self
    for index in bytes.indices {
      let pixel = index / shape.channels
      if isPainted(pixel / shape.width, pixel % shape.width) { result.bytes[index] = UInt8(fill) }
    }
    return result
  }

  /// One transform, by its kind; nil for a kind that has no reference here.
  func transformed(by settings: any TransformSettings, _ stream: inout RandomStream) -> PlainImage? {
    let (height, width) = (shape.height, shape.width)
    switch settings {
    case let flip as Flip where flip.mode == .alternating:
      var first = RandomStream(
        seed: stream.key.seed, purpose: .augmentation, epochOrStep: 0, sample: stream.key.sample,
        layer: stream.key.layer)
      let isMirrored = (Int(first.next() % 2) + Int(stream.key.step)) % 2 == 1
      return isMirrored ? mapped(height, width) { ($0, width - 1 - $1) } : self
    case is VerticalFlip:
      return stream.next() % 2 == 0 ? self : mapped(height, width) { (height - 1 - $0, $1) }
    case let cutout as Cutout:
      let row = stream.integer(below: height)
      let column = stream.integer(below: width)
      return painted(cutout.fill) {
        (0..<cutout.size).contains($0 - row + cutout.size / 2)
          && (0..<cutout.size).contains($1 - column + cutout.size / 2)
      }
    case let erasing as Erasing:
      guard stream.uniform() < erasing.probability else { return self }
      for _ in 0..<10 {
        let share = erasing.scale.low + stream.uniform() * (erasing.scale.high - erasing.scale.low)
        // The logarithm of width / height is uniform.
        let (low, high) = (-log(erasing.ratio.high), -log(erasing.ratio.low))
        let ratio = exp(low + stream.uniform() * (high - low))
        let columns = (share * Double(height * width) * ratio).squareRoot().rounded(.toNearestOrEven)
        let rows = (share * Double(height * width) / ratio).squareRoot().rounded(.toNearestOrEven)
        guard rows >= 1, columns >= 1, Int(rows) < height, Int(columns) < width else { continue }
        let top = stream.integer(below: height - Int(rows) + 1)
        let left = stream.integer(below: width - Int(columns) + 1)
        return painted(erasing.fill) {
          (top..<top + Int(rows)).contains($0) && (left..<left + Int(columns)).contains($1)
        }
      }
      return self
    case is Flip:
      return stream.next() % 2 == 0 ? self : mapped(height, width) { ($0, width - 1 - $1) }
    case let shift as Shift:
      let down = stream.integer(below: 2 * shift.pixels + 1) - shift.pixels
      let right = stream.integer(below: 2 * shift.pixels + 1) - shift.pixels
      let whole = padded(shift.pixels, reflecting: shift.mode == .reflect)
      return whole.mapped(height, width) { ($0 - down + shift.pixels, $1 - right + shift.pixels) }
    case let crop as RandomCrop:
      let whole = padded(crop.padding, reflecting: crop.mode == .reflect)
      let (rows, columns) = (crop.size?.height ?? height, crop.size?.width ?? width)
      let top = stream.integer(below: whole.shape.height - rows + 1)
      let left = stream.integer(below: whole.shape.width - columns + 1)
      return whole.mapped(rows, columns) { (top + $0, left + $1) }
    case let crop as CenterCrop:
      let top = (Double(height - crop.size.height) / 2).rounded(.toNearestOrEven)
      let left = (Double(width - crop.size.width) / 2).rounded(.toNearestOrEven)
      return mapped(crop.size.height, crop.size.width) { (Int(top) + $0, Int(left) + $1) }
    default: return nil
    }
  }

  /// A list of transforms, one after the other.
  func transformed(by list: [TransformSpecification], seed: UInt64, epoch: Int, sample: Int) -> PlainImage {
    var image = self
    var seen: [String] = []
    for item in list {
      let streams = [
        "flip": 0, "shift": 1, "random_crop": 2, "center_crop": 3, "vertical_flip": 4, "erasing": 6, "cutout": 7,
      ]
      let number = seen.count { $0 == item.name }
      seen.append(item.name)
      var stream = RandomStream(
        seed: seed, purpose: .augmentation, epochOrStep: UInt32(epoch), sample: UInt32(sample),
        layer: UInt32(streams[item.name]! + 256 * number))
      image = image.transformed(by: item.settings, &stream)!
    }
    return image
  }

  /// The same as training does it.
  static func computed(
    _ record: [UInt8], _ shape: ImageShape, _ layout: PixelLayout, _ list: [TransformSpecification], seed: UInt64,
    epoch: Int, sample: Int
  ) throws -> PlainImage {
    let transforms = TransformList(list)
    let largest = try transforms.shapes(of: shape).map(\.count).max()!
    return record.withUnsafeBufferPointer { pixels in
      var image = TransformedImage(
        pixels.baseAddress!, shape: shape, layout: layout,
        scratch: TransformScratch(byteCount: largest, pool: StoragePool()))
      transforms.apply(to: &image, seed: seed, epoch: epoch, sample: sample)
      let result = image.shape
      var bytes: [UInt8] = []
      image.rewrite(height: result.height, width: result.width) { source, target in
        bytes = Array(UnsafeBufferPointer(start: source, count: result.count))
        target.update(from: source, count: result.count)
      }
      return PlainImage(bytes, result, .interleaved)
    }
  }
}
