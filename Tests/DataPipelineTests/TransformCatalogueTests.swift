import Configuration
import Tensors
import Testing

@testable import DataPipeline

/// Every transform of the catalogue, and lists of them.
@Suite struct TransformCatalogueTests {
  private static func example<Settings: TransformSettings>(of _: Settings.Type) -> TransformSpecification {
    TransformSpecification(Settings.form.example)
  }

  private static let examples = TransformCatalogue.entries.map { example(of: $0) }
  private static let shapes = [
    ImageShape(height: 7, width: 5, channels: 3), ImageShape(height: 5, width: 11, channels: 1),
    ImageShape(height: 6, width: 7, channels: 4),
  ]

  @Test("kinds have names and streams of their own, and say how they are written")
  func namesAndStreams() {
    let entries = TransformCatalogue.entries
    #expect(Set(entries.map { $0.name }).count == entries.count)
    #expect(Set(entries.map { $0.stream }).count == entries.count && entries.allSatisfy { $0.stream < 256 })
    // They decide every run that was ever trained.
    #expect(entries.map { $0.stream } == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  }

  @Test("an example has no default, and is read back from the YAML that it is written as")
  func roundTrip() throws {
    let codec = TransformCatalogue.items.codec
    for example in Self.examples {
      let node = codec.encode(example)
      var context = DecodingContext()
      #expect(codec.decode(node, "item", &context) == example, "\(example.name)")
      #expect(context.issues.isEmpty)
    }
    func expectNoDefault<Settings: TransformSettings>(_: Settings.Type) {
      let form = Settings.form
      for field in form.fields {
        let (example, template) = (field.encode(form.example), field.encode(form.template))
        #expect(YAMLEmitter.inline(example) != YAMLEmitter.inline(template), "\(form.name) \(field.name)")
      }
    }
    for entry in TransformCatalogue.entries { expectNoDefault(entry) }
  }

  @Test("each against the slow, obvious way", arguments: shapes, [PixelLayout.interleaved, .planar])
  func eachAlone(shape: ImageShape, layout: PixelLayout) throws {
    // Others compute new pixels: TransformGoldenTests has them.
    let computing = ["random_resized_crop", "color_jitter", "grayscale", "blur", "affine"]
    for example in Self.examples where !computing.contains(example.name) {
      for sample in 0..<40 {
        let record = Fixtures.noise(shape.count, seed: 10 * sample)
        var stream = RandomStream(seed: 1, purpose: .augmentation)
        let plain = PlainImage(record, shape, layout)
        try #require(
          plain.transformed(by: example.settings, &stream) != nil, "\(example.name) has no reference in PlainImage")
        let expected = plain.transformed(by: [example], seed: 5, epoch: 2, sample: sample)
        #expect(try TransformList([example]).outputShape(of: shape) == expected.shape)
        let computed = try PlainImage.computed(record, shape, layout, [example], seed: 5, epoch: 2, sample: sample)
        #expect(computed == expected, "\(example.name), sample \(sample)")
      }
    }
  }

  @Test("lists of three, in every order", arguments: [PixelLayout.interleaved, .planar])
  func lists(layout: PixelLayout) throws {
    let shape = ImageShape(height: 9, width: 11, channels: 3)
    let items: [TransformSpecification] = [
      .flip, .alternatingFlip, .shift(2), .shift(2, reflecting: true), .randomCrop(padding: 2),
      .randomCrop(padding: 4, reflecting: true),
      .randomCrop(size: Extent(height: 8, width: 7), padding: 1, reflecting: true),
      .centerCrop(Extent(height: 6, width: 5)),
    ]
    for first in items {
      for second in items {
        for third in items {
          let list = [first, second, third]
          // Some crops do not fit behind others.
          guard (try? TransformList(list).outputShape(of: shape)) != nil else { continue }
          for sample in 0..<3 {
            let record = Fixtures.noise(shape.count, seed: 10 * sample)
            let expected = PlainImage(record, shape, layout).transformed(by: list, seed: 8, epoch: 1, sample: sample)
            let computed = try PlainImage.computed(record, shape, layout, list, seed: 8, epoch: 1, sample: sample)
            #expect(computed == expected, "\(list.map(\.name)), sample \(sample)")
          }
        }
      }
    }
  }

  @Test("draws depend on seed, epoch, sample, kind and number, and every position is equally likely")
  func draws() throws {
    // Each pixel is its own number, so that the first one tells where the crop lies.
    let shape = ImageShape(height: 5, width: 5, channels: 1)
    let record = (1...25).map { UInt8($0) }
    func corner(_ list: [TransformSpecification], seed: UInt64 = 5, epoch: Int = 0, sample: Int) throws -> UInt8 {
      try PlainImage.computed(record, shape, .interleaved, list, seed: seed, epoch: epoch, sample: sample).bytes[0]
    }
    let crop = TransformSpecification.randomCrop(size: Extent(3))
    let corners = try (0..<3600).map { try corner([crop], sample: $0) }
    for row in 0..<3 {
      for column in 0..<3 {
        // 400 each, with a standard deviation of 19.
        #expect(abs(corners.count { Int($0) == 5 * row + column + 1 } - 400) < 95)
      }
    }
    #expect(try (0..<40).map { try corner([crop], epoch: 1, sample: $0) } != Array(corners[..<40]))
    #expect(try (0..<40).map { try corner([crop], seed: 6, sample: $0) } != Array(corners[..<40]))
    // A transform of another kind in front of it does not change its draws.
    let behind = try (0..<40).map { try corner([.centerCrop(Extent(5)), crop], sample: $0) }
    #expect(behind == Array(corners[..<40]))
    // Two of a kind draw different numbers: else two flips would change nothing.
    let twice = try (0..<400).count { try corner([.flip, .flip], sample: $0) != 1 }
    #expect(abs(twice - 200) < 50)
  }

  @Test("flips and shifts draw what they have always drawn")
  func oldStreams() throws {
    let shape = ImageShape(height: 7, width: 7, channels: 1)
    let record = (1...49).map { UInt8($0) }
    for sample in 0..<100 {
      func stream(_ layer: UInt32) -> RandomStream {
        RandomStream(seed: 9, purpose: .augmentation, epochOrStep: 3, sample: UInt32(sample), layer: layer)
      }
      var (flips, shifts) = (stream(0), stream(1))
      let mirror = flips.next() & 1 == 1
      let (down, right) = (shifts.integer(below: 5) - 2, shifts.integer(below: 5) - 2)
      func middle(_ list: [TransformSpecification]) throws -> Int {
        try Int(PlainImage.computed(record, shape, .interleaved, list, seed: 9, epoch: 3, sample: sample).bytes[24])
      }
      let column = 3 - right
      #expect(try middle([.shift(2)]) == 7 * (3 - down) + column + 1)
      #expect(try middle([.flip, .shift(2)]) == 7 * (3 - down) + (mirror ? 6 - column : column) + 1)
    }
  }

  @Test("transforms that do not fit say so")
  func faults() {
    let shape = ImageShape(height: 6, width: 9, channels: 3)
    func fault(_ item: TransformSpecification) -> String? {
      do throws(TransformFault) {
        _ = try TransformList([item]).outputShape(of: shape)
        return nil
      } catch {
        return "\(error.problem); \(error.hint)"
      }
    }
    #expect(fault(.randomCrop(padding: 5, reflecting: true)) == nil)
    #expect(
      fault(.randomCrop(padding: 6, reflecting: true))
        == "random_crop: a padding of 6 reflects more than images of 6×9 have; lower the padding below 6, or give mode: zero"
    )
    #expect(fault(.randomCrop(padding: 6)) == nil && fault(.randomCrop(size: Extent(18), padding: 6)) == nil)
    #expect(fault(.randomCrop(size: Extent(19), padding: 6))?.contains("19×19 does not fit into images of 6×9") == true)
    #expect(fault(.randomCrop(size: Extent(height: 6, width: 9)))?.contains("is the whole image") == true)
    #expect(fault(.centerCrop(Extent(7)))?.contains("7×7 does not fit into images of 6×9") == true)
  }
}
