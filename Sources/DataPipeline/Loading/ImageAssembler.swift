import CKernels
import Tensors

/// Makes batches out of samples of a split: pixels are read, moved, normalised, and written as tensors.
public struct ImageAssembler: BatchAssembler {
  public let split: ImageSplit
  public let normalizer: Normalizer
  public let augmentation: Augmentation
  private let seed: UInt64
  private let pool: StoragePool

  /// - Parameters:
  ///   - seed: of the augmentation.
  ///   - pool: where tensors come from: the worker's, so that what it frees is used again.
  public init(
    split: ImageSplit, normalizer: Normalizer, augmentation: Augmentation = .none, seed: UInt64 = 0, pool: StoragePool
  ) {
    (self.split, self.normalizer, self.augmentation) = (split, normalizer, augmentation)
    (self.seed, self.pool) = (seed, pool)
  }

  /// - Parameters:
  ///   - samples: numbers within the split.
  ///   - epoch: decides the augmentation, together with each sample's number.
  public func assemble(
    _ samples: ArraySlice<Int>, of step: StepSamples, firstPosition: Int
  ) throws(DataError) -> Batch {
    let dataset = split.dataset
    let inputs = Tensor(uninitialized: [samples.count] + dataset.sampleShape, pool: pool)
    let labels = Tensor(uninitialized: [samples.count], dtype: .int32, pool: pool)
    var target = inputs.floats.baseAddress
    // Features have no place that they could move from.
    let moves = augmentation != .none && dataset.sampleShape.count == 3
    for (row, sample) in samples.enumerated() {
      let move = moves ? augmentation.move(seed: seed, epoch: step.epoch, sample: sample) : .none
      let record = split.records[sample]
      try dataset.withPixels(ofRecord: record) { pixels in
        if let target { write(pixels, dataset, move, to: target) }
      }
      labels.int32s[row] = dataset.labels[record]
      target = target.map { $0 + dataset.imageShape.count }
    }
    return Batch(
      inputs: inputs, labels: labels, sampleIndices: samples.map { UInt32($0) }, firstPosition: firstPosition)
  }

  public func evaluationBlocks(ofSize size: Int) -> EvaluationBlocks {
    EvaluationBlocks(count: split.count, blockSize: size)
  }

  public func assembleForEvaluation(_ samples: Range<Int>) throws(DataError) -> Batch {
    try assemble(samples, firstPosition: samples.lowerBound)
  }

  private func write(
    _ pixels: UnsafePointer<UInt8>, _ dataset: some ImageDataset, _ move: Augmentation.Move,
    to target: UnsafeMutablePointer<Float>
  ) {
    let shape = dataset.imageShape
    var image = ck_image()
    (image.height, image.width, image.channels) = (shape.height, shape.width, shape.channels)
    image.planar = dataset.layout == .planar
    image.mirror = move.mirror
    (image.shift_down, image.shift_right) = (move.down, move.right)
    let table =
      switch normalizer.kind {
      case .none: CK_NO_TABLE
      case .perChannel: CK_PER_CHANNEL
      case .perPixel: CK_PER_PIXEL
      }
    if move == .none {
      // Rows need not be told apart: one long one is quicker.
      (image.height, image.width) = (1, shape.height * shape.width)
    }
    ck_image_normalize(
      CK_FLOAT32, &image, pixels, 1 / 255, table, normalizer.mean, normalizer.inverseDeviation, target)
  }
}
