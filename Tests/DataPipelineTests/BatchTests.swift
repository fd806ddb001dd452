import Configuration
import Tensors
import Testing

@testable import DataPipeline

/// From records to tensors: against a plain loop.
struct BatchTests {
  private let pool = StoragePool()

  /// Expected values, element by element, from the bytes of the transformed image.
  private func reference(_ image: PlainImage, _ normalizer: Normalizer) -> [Float] {
    image.bytes.enumerated().map { element, byte in
      let value = Float(byte) / 255
      let c = element % image.shape.channels
      return switch normalizer.kind {
      case .none: value
      case .perChannel, .imageNet: (value - normalizer.mean[c]) / normalizer.standardDeviation[c]
      case .perPixel: (value - normalizer.mean[element]) / normalizer.standardDeviation[element]
      }
    }
  }

  @Test(arguments: [PixelLayout.interleaved, .planar], DatasetSpecification.Normalization.allCases)
  func pixelsAreTransformedAndNormalized(layout: PixelLayout, kind: DatasetSpecification.Normalization) throws {
    var dataset = MemoryDataset(count: 11, shape: ImageShape(height: 7, width: 5, channels: 3))
    dataset.layout = layout
    let split = ImageSplit(dataset: dataset, records: [10, 3, 3, 0, 7, 5])
    let normalizer = try Normalizer(kind, of: ImageSplit(dataset))
    let transforms: [TransformSpecification] = [
      .flip, .shift(6), .randomCrop(padding: 3, reflecting: true), .randomCrop(padding: 2),
    ]
    let assembler = ImageAssembler(
      split: split, ImagePreparation(normalizer, transforms: TransformList(transforms)), seed: 3, pool: pool)
    let batch = try assembler.assemble([5, 0, 2, 1], epoch: 4, firstPosition: 13)
    #expect(batch.inputs.shape == [4, 7, 5, 3] && batch.labels.shape == [4] && batch.firstPosition == 13)
    #expect(batch.sampleIndices == [5, 0, 2, 1])
    for (row, sample) in [5, 0, 2, 1].enumerated() {
      let record = split.records[sample]
      #expect(batch.labels.int32s[row] == dataset.labels[record])
      let image = PlainImage(dataset.records[record], dataset.imageShape, layout)
        .transformed(by: transforms, seed: 3, epoch: 4, sample: sample)
      let expected = reference(image, normalizer)
      for (found, wanted) in zip(batch.inputs.rows(row..<row + 1).floats, expected) {
        // The kernel multiplies by the reciprocals of 255 and of the deviation: a few roundings more.
        #expect(abs(found - wanted) <= 4e-6 * max(1, abs(wanted)))
      }
    }
  }

  @Test func featuresStayFlatAndEmptyBatchesAreAllowed() throws {
    let dataset = SyntheticDataset(sampleShape: [19], classCount: 2, count: 5, seed: 1, part: 0)
    let assembler = ImageAssembler(split: ImageSplit(dataset), pool: pool)
    #expect(try assembler.assemble([4, 1], firstPosition: 0).inputs.shape == [2, 19])
    let empty = try assembler.assemble([], firstPosition: 3)
    #expect(empty.count == 0 && empty.inputs.shape == [0, 19] && empty.labels.shape == [0])
  }

  @Test func manyFeaturesAreNormalizedEachByItself() throws {
    let dataset = SyntheticDataset(sampleShape: [3001], classCount: 2, count: 9, seed: 1, part: 0)
    let split = ImageSplit(dataset)
    let normalizer = try Normalizer(.perChannel, of: split)
    #expect(try Normalizer(.perPixel, of: split).mean == normalizer.mean && normalizer.mean.count == 3001)
    let assembler = ImageAssembler(split: split, ImagePreparation(normalizer), seed: 1, pool: pool)
    let batch = try assembler.assemble(Array(0..<9), firstPosition: 0)
    for feature in [0, 1500, 3000] {
      let values = (0..<9).map { batch.inputs[$0 * 3001 + feature] }
      let mean = values.reduce(0, +) / 9
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 8
      // Nine numbers of about 1 with a few roundings each.
      #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-4)
    }
  }

  @Test func memoryIsUsedAgain() throws {
    let transforms = TransformList([.flip, .randomCrop(padding: 1, reflecting: true), .shift(1)])
    let assembler = ImageAssembler(
      split: ImageSplit(MemoryDataset(count: 9)), ImagePreparation(transforms: transforms), pool: pool)
    for epoch in 0..<3 { _ = try assembler.assemble([1, 2, 5, 6], epoch: epoch, firstPosition: 0) }
    let misses = pool.statistics.misses
    for epoch in 0..<20 { _ = try assembler.assemble([3, 4, 7, 8], epoch: epoch, firstPosition: 0) }
    #expect(pool.statistics.misses == misses)
  }

  @Test func croppedImagesHaveTheirOwnShape() throws {
    let dataset = MemoryDataset(count: 4, shape: ImageShape(height: 7, width: 5, channels: 3))
    let crop = TransformList([.randomCrop(size: Extent(height: 4, width: 6), padding: 1)])
    let assembler = ImageAssembler(split: ImageSplit(dataset), ImagePreparation(transforms: crop), pool: pool)
    #expect(try assembler.assemble([2, 0], firstPosition: 0).inputs.shape == [2, 4, 6, 3])
    #expect(try assembler.assemble([], firstPosition: 0).inputs.shape == [0, 4, 6, 3])
  }
}
