import Foundation
import Testing

@testable import DataPipeline

/// Means and deviations against PyTorch (Tests/peers/make_normalizer_golden.py).
struct NormalizerTests {
  private struct Golden: Decodable { var mean: [Double], deviation: [Double] }

  /// The images of the golden's formula, `[37, 3, 5, 3]`, kept planar or interleaved.
  private func dataset(_ layout: PixelLayout, decodesOnRead: Bool = false) -> MemoryDataset {
    let shape = ImageShape(height: 3, width: 5, channels: 3)
    var dataset = MemoryDataset(count: 37, shape: shape)
    (dataset.layout, dataset.decodesOnRead) = (layout, decodesOnRead)
    for record in 0..<37 {
      for element in 0..<shape.count {
        let index = record * shape.count + element
        let value = element == 0 ? 9 : UInt8((index * index * 31 + index * 7 + index / 11) % 251)
        let position = layout == .interleaved ? element : element % 3 * 15 + element / 3
        dataset.records[record][position] = value
      }
    }
    return dataset
  }

  @Test(arguments: [PixelLayout.interleaved, .planar], [false, true])
  func agreesWithPyTorch(layout: PixelLayout, decodesOnRead: Bool) throws {
    let golden = try JSONDecoder().decode([String: Golden].self, from: Fixtures.resource("normalizer.json"))
    let split = ImageSplit(dataset(layout, decodesOnRead: decodesOnRead))
    for kind in [DatasetSpecification.Normalization.perPixel, .perChannel] {
      let expected = try #require(golden[kind.rawValue])
      let found = try Normalizer(kind, of: split)
      #expect(found.mean.count == expected.mean.count)
      for (value, wanted) in zip(found.mean, expected.mean) { #expect(value == Float(wanted)) }
      for (value, wanted) in zip(found.standardDeviation, expected.deviation) {
        // One ulp for the rounding to Float; a constant pixel counts as 1 here.
        #expect(abs(value - Float(wanted == 0 ? 1 : wanted)) <= value.ulp)
      }
    }
  }

  @Test func manyDecodedRecordsAreSummedInParts() throws {
    var large = MemoryDataset(count: 700)
    let plain = try Normalizer(.perPixel, of: ImageSplit(large))
    large.decodesOnRead = true
    #expect(try Normalizer(.perPixel, of: ImageSplit(large)) == plain)
    let split = ImageSplit(large)
    let byChannel = try PixelMoments(of: split, byChannel: true)
    #expect(try byChannel == PixelMoments(of: split).summedByChannel(1) && byChannel.words.count == 3)
    #expect(byChannel.summedByChannel(1) == byChannel)
    // The first of them is said, whichever is met first.
    large.failing = [600, 699]
    #expect(throws: DataError("record 600", "cannot be read")) { try Normalizer(.perPixel, of: ImageSplit(large)) }
  }

  @Test func noneAndOneSample() throws {
    #expect(try Normalizer(.none, of: ImageSplit(MemoryDataset(count: 3))) == .none)
    let single = try Normalizer(.perPixel, of: ImageSplit(MemoryDataset(count: 1)))
    #expect(single.standardDeviation == [1, 1, 1, 1, 1, 1])
  }
}
