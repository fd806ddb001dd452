import Configuration
import Foundation
import Tensors
import Testing

@testable import DataPipeline

/// Transforms that compute new pixels, with given amounts against torchvision, and with drawn ones against their bounds.
@Suite struct TransformGoldenTests {
  private struct Golden: Decodable {
    var height, width: Int
    var pixels: [UInt8]
    var results: [String: [UInt8]]
  }

  private static func changed(
    _ pixels: [UInt8], _ shape: ImageShape, by change: (inout TransformedImage) -> Void
  ) -> [UInt8] {
    pixels.withUnsafeBufferPointer { buffer in
      var image = TransformedImage(
        buffer.baseAddress!, shape: shape, layout: .interleaved,
        scratch: TransformScratch(byteCount: shape.count, pool: StoragePool()))
      change(&image)
      var bytes: [UInt8] = []
      image.rewrite { source, target in
        bytes = Array(UnsafeBufferPointer(start: source, count: shape.count))
        target.update(from: source, count: shape.count)
      }
      return bytes
    }
  }

  private static let changes: [String: @Sendable (inout TransformedImage) -> Void] = [
    "enlarge": { RandomResizedCrop.enlarge(RandomBox(top: 2, left: 3, height: 7, width: 5), of: &$0) },
    "enlarge-all": { RandomResizedCrop.enlarge(RandomBox(top: 0, left: 0, height: 11, width: 13), of: &$0) },
    "brightness": { ColorJitter.changeBrightness(of: &$0, by: 1.4) },
    "contrast": { ColorJitter.changeContrast(of: &$0, by: 0.3) },
    "saturation": { ColorJitter.changeSaturation(of: &$0, by: 1.7) },
    "hue": { ColorJitter.turnHue(of: &$0, by: -0.2) },
    "grayscale": { ColorJitter.changeSaturation(of: &$0, by: 0) },
    "blur": { Blur.blur(&$0, kernel: 5, sigma: 1.3) },
    "affine": { Affine.move(&$0, angle: 25, right: 2, down: -1, scale: 0.8, shear: 10, fill: 0) },
  ]

  @Test("given amounts give torchvision's pixels, but for roundings of single ones")
  func goldens() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Fixtures.resource("transforms.json"))
    #expect(golden.results.count == Self.changes.count)
    let shape = ImageShape(height: golden.height, width: golden.width, channels: 3)
    for (name, expected) in golden.results {
      let change = try #require(Self.changes[name], "\(name)")
      let computed = Self.changed(golden.pixels, shape, by: change)
      let differences = zip(computed, expected).map { abs(Int($0) - Int($1)) }
      // Sums in another order fall on the other side of a rounding now and then.
      #expect(differences.max() == 0 || differences.max() == 1, "\(name): \(differences.max() ?? -1)")
      #expect(differences.count { $0 > 0 } <= expected.count / 20, "\(name): \(differences.count { $0 > 0 }) values")
    }
  }

  @Test("amounts that change nothing give the same pixels, and the fill comes in from outside")
  func identities() {
    let shape = ImageShape(height: 6, width: 9, channels: 3)
    let pixels = Fixtures.noise(shape.count, seed: 3)
    let none: [(inout TransformedImage) -> Void] = [
      { ColorJitter.changeBrightness(of: &$0, by: 1) }, { ColorJitter.changeContrast(of: &$0, by: 1) },
      { ColorJitter.changeSaturation(of: &$0, by: 1) },
      { Affine.move(&$0, angle: 0, right: 0, down: 0, scale: 1, shear: 0, fill: 9) },
      { Blur.blur(&$0, kernel: 7, sigma: 0.01) },
    ]
    for (number, change) in none.enumerated() {
      #expect(Self.changed(pixels, shape, by: change) == pixels, "change \(number)")
    }
    let moved = Self.changed(pixels, shape) {
      Affine.move(&$0, angle: 0, right: 2, down: 0, scale: 1, shear: 0, fill: 9)
    }
    for (index, value) in moved.enumerated() {
      let column = index / 3 % 9
      #expect(value == (column < 2 ? 9 : pixels[index - 6]))
    }
    // Half a turn exchanges first and last pixels.
    let turned = Self.changed(pixels, shape) {
      Affine.move(&$0, angle: 180, right: 0, down: 0, scale: 1, shear: 0, fill: 9)
    }
    for index in pixels.indices {
      let (pixel, channel) = (index / 3, index % 3)
      #expect(turned[index] == pixels[(53 - pixel) * 3 + channel])
    }
  }

  @Test("boxes lie inside, have the areas and proportions asked for, and vary; without a fit they are central")
  func boxes() throws {
    let shape = ImageShape(height: 40, width: 30, channels: 3)
    let (scale, ratio) = (NumberRange(0.1, 0.5), NumberRange(0.5, 2))
    var seen: Set<Int> = []
    for sample in 0..<500 {
      var stream = RandomStream(seed: 1, purpose: .augmentation, sample: UInt32(sample))
      let drawn = RandomBox.draw(in: shape, scale: scale, ratio: ratio, isSmaller: true, &stream)
      let box = try #require(drawn)
      #expect(box.top >= 0 && box.left >= 0 && box.top + box.height <= 40 && box.left + box.width <= 30)
      #expect(box.height < 40 && box.width < 30)
      let area = Double(box.height * box.width) / 1200
      #expect(area > 0.08 && area < 0.54)
      let proportion = Double(box.width) / Double(box.height)
      #expect(proportion > 0.45 && proportion < 2.2)
      seen.insert(box.height * 100 + box.width)
    }
    #expect(seen.count > 100)
    var stream = RandomStream(seed: 1, purpose: .augmentation)
    let wide = NumberRange(4, 5)
    #expect(RandomBox.draw(in: shape, scale: NumberRange(1, 1), ratio: wide, isSmaller: false, &stream) == nil)
    #expect(RandomBox.centered(in: shape, ratio: wide) == RandomBox(top: 16, left: 0, height: 8, width: 30))
    #expect(
      RandomBox.centered(in: shape, ratio: NumberRange(0.4, 0.5)) == RandomBox(top: 0, left: 5, height: 40, width: 20))
  }

  @Test("probabilities are kept: none, all, and the share between")
  func probabilities() throws {
    let shape = ImageShape(height: 12, width: 12, channels: 3)
    let record = Fixtures.noise(shape.count, seed: 2)
    func changed(_ settings: any TransformSettings) throws -> Int {
      try (0..<400).count {
        let list = [TransformSpecification(settings)]
        return try PlainImage.computed(record, shape, .interleaved, list, seed: 4, epoch: 0, sample: $0).bytes != record
      }
    }
    let kinds: [(Double) -> any TransformSettings] = [
      { Erasing(probability: $0) }, { Grayscale(probability: $0) }, { Blur(sigma: NumberRange(1, 2), probability: $0) },
    ]
    for make in kinds {
      #expect(try changed(make(0)) == 0)
      #expect(try changed(make(1)) == 400)
      // 100, with a standard deviation of 9.
      #expect(abs(try changed(make(0.25)) - 100) < 45)
    }
    #expect(abs(try changed(VerticalFlip()) - 200) < 50)
  }

  @Test("an alternating flip draws once, and mirrors every other epoch")
  func alternation() throws {
    let shape = ImageShape(height: 1, width: 2, channels: 1)
    func sides(epoch: Int) throws -> [UInt8] {
      try (0..<400).map {
        try PlainImage.computed([1, 2], shape, .interleaved, [.alternatingFlip], seed: 6, epoch: epoch, sample: $0)
          .bytes[0]
      }
    }
    let first = try sides(epoch: 0)
    #expect(abs(first.count { $0 == 1 } - 200) < 50)
    #expect(try sides(epoch: 1) == first.map { 3 - $0 })
    #expect(try sides(epoch: 2) == first)
  }

  @Test("images and amounts that do not fit are named")
  func faults() {
    func fault(_ settings: any TransformSettings, channels: Int = 3) -> String? {
      do throws(TransformFault) {
        _ = try settings.outputShape(of: ImageShape(height: 6, width: 9, channels: channels))
        return nil
      } catch {
        return "\(error.problem); \(error.hint)"
      }
    }
    #expect(fault(ColorJitter()) == "all amounts are 0; give brightness, contrast, saturation or hue")
    #expect(fault(ColorJitter(brightness: 1), channels: 1) == nil)
    #expect(
      fault(ColorJitter(hue: 0.1), channels: 1) == "requires images of 3 channels, not 1; leave out saturation and hue")
    #expect(fault(Grayscale(), channels: 4) == "requires images of 3 channels, not 4; leave it out")
    #expect(fault(Blur(kernel: 4)) == "a kernel of 4 has no middle; give an odd one")
    #expect(fault(Blur(kernel: 11)) == nil)
    #expect(fault(Blur(kernel: 13)) == "a kernel of 13 is too large for images of 6×9; lower it to at most 11")
    #expect(fault(Affine()) == "it changes nothing; give degrees, translate, scale or shear")
    #expect(fault(Shift(pixels: 5, mode: .reflect)) == nil)
    #expect(
      fault(Shift(pixels: 6, mode: .reflect))
        == "a shift of 6 reflects more than images of 6×9 have; lower the shift below 6, or give mode: zero")
  }
}
