import Configuration
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

  /// One transform, by its kind; nil for a kind that has no reference here.
  func transformed(by settings: any TransformSettings, _ stream: inout RandomStream) -> PlainImage? {
    let (height, width) = (shape.height, shape.width)
    switch settings {
    case is Flip:
      return stream.next() % 2 == 0 ? self : mapped(height, width) { ($0, width - 1 - $1) }
    case let shift as Shift:
      let down = stream.integer(below: 2 * shift.pixels + 1) - shift.pixels
      let right = stream.integer(below: 2 * shift.pixels + 1) - shift.pixels
      return mapped(height, width) { ($0 - down, $1 - right) }
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
      let streams = ["flip": 0, "shift": 1, "random_crop": 2, "center_crop": 3]
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
