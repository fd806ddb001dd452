import Tensors
import Testing

@testable import DataPipeline

/// From records to tensors: against a plain loop.
struct BatchTests {
  private let pool = StoragePool()

  /// What the kernel computes, element by element.
  private func reference(
    _ pixels: [UInt8], _ dataset: MemoryDataset, _ normalizer: Normalizer, _ move: Augmentation.Move
  ) -> [Float] {
    let shape = dataset.imageShape
    var result: [Float] = []
    for y in 0..<shape.height {
      for x in 0..<shape.width {
        for c in 0..<shape.channels {
          let row = y - move.down
          let shifted = x - move.right
          let column = move.mirror ? shape.width - 1 - shifted : shifted
          var value: Float = 0
          if row >= 0, row < shape.height, column >= 0, column < shape.width {
            let interleaved = (row * shape.width + column) * shape.channels + c
            let planar = (c * shape.height + row) * shape.width + column
            value = Float(pixels[dataset.layout == .planar ? planar : interleaved]) / 255
          }
          let element = (y * shape.width + x) * shape.channels + c
          switch normalizer.kind {
          case .none: result.append(value)
          case .perChannel: result.append((value - normalizer.mean[c]) / normalizer.standardDeviation[c])
          case .perPixel: result.append((value - normalizer.mean[element]) / normalizer.standardDeviation[element])
          }
        }
      }
    }
    return result
  }

  @Test(arguments: [PixelLayout.interleaved, .planar], DatasetSpecification.Normalization.allCases)
  func pixelsAreMovedAndNormalized(layout: PixelLayout, kind: DatasetSpecification.Normalization) throws {
    var dataset = MemoryDataset(count: 11, shape: ImageShape(height: 7, width: 5, channels: 3))
    dataset.layout = layout
    let split = ImageSplit(dataset: dataset, records: [10, 3, 3, 0, 7, 5])
    let normalizer = try Normalizer(kind, of: ImageSplit(dataset))
    let augmentation = Augmentation(flips: true, maximumShift: 6)
    let assembler = ImageAssembler(
      split: split, normalizer: normalizer, augmentation: augmentation, seed: 3, pool: pool)
    let batch = try assembler.assemble([5, 0, 2, 1], epoch: 4, firstPosition: 13)
    #expect(batch.inputs.shape == [4, 7, 5, 3] && batch.labels.shape == [4] && batch.firstPosition == 13)
    #expect(batch.sampleIndices == [5, 0, 2, 1])
    for (row, sample) in [5, 0, 2, 1].enumerated() {
      let record = split.records[sample]
      #expect(batch.labels.int32s[row] == dataset.labels[record])
      let move = augmentation.move(seed: 3, epoch: 4, sample: sample)
      let expected = reference(dataset.records[record], dataset, normalizer, move)
      for (found, wanted) in zip(batch.inputs.rows(row..<row + 1).floats, expected) {
        // The kernel multiplies by the reciprocals of 255 and of the deviation: a few roundings more.
        #expect(abs(found - wanted) <= 4e-6 * max(1, abs(wanted)))
      }
    }
  }

  @Test func featuresStayFlatAndEmptyBatchesAreAllowed() throws {
    let dataset = SyntheticDataset(sampleShape: [19], classCount: 2, count: 5, seed: 1, part: 0)
    let assembler = ImageAssembler(split: ImageSplit(dataset), normalizer: .none, pool: pool)
    #expect(try assembler.assemble([4, 1], firstPosition: 0).inputs.shape == [2, 19])
    let empty = try assembler.assemble([], firstPosition: 3)
    #expect(empty.count == 0 && empty.inputs.shape == [0, 19] && empty.labels.shape == [0])
  }

  @Test func manyFeaturesAreNormalizedEachByItself() throws {
    let dataset = SyntheticDataset(sampleShape: [3001], classCount: 2, count: 9, seed: 1, part: 0)
    let split = ImageSplit(dataset)
    let normalizer = try Normalizer(.perChannel, of: split)
    #expect(try Normalizer(.perPixel, of: split).mean == normalizer.mean && normalizer.mean.count == 3001)
    let assembler = ImageAssembler(
      split: split, normalizer: normalizer, augmentation: Augmentation([.flip, .shift(3)]), seed: 1, pool: pool)
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
    let assembler = ImageAssembler(split: ImageSplit(MemoryDataset(count: 9)), normalizer: .none, pool: pool)
    _ = try assembler.assemble([1, 2], firstPosition: 0)
    let misses = pool.statistics.misses
    for _ in 0..<5 { _ = try assembler.assemble([3, 4], firstPosition: 0) }
    #expect(pool.statistics.misses == misses)
  }
}
