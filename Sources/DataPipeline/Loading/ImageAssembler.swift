import Tensors

/// Makes batches out of samples of a split: pixels are read, transformed, normalised, and written as tensors.
public struct ImageAssembler: BatchAssembler {
  public let split: ImageSplit
  public let preparation: ImagePreparation
  private let seed: UInt64
  private let pool: StoragePool
  /// Shape of a sample.
  private let sampleShape: [Int]
  /// Bytes of the largest image between two transforms.
  private let scratchBytes: Int

  /// - Parameters:
  ///   - preparation: Its transforms must fit the split's images.
  ///   - seed: Of what the transforms draw.
  ///   - pool: Where tensors come from: the worker's, so that what it frees is used again.
  public init(
    split: ImageSplit, _ preparation: ImagePreparation = .none, seed: UInt64 = 0, pool: StoragePool
  ) {
    (self.split, self.preparation, self.seed, self.pool) = (split, preparation, seed, pool)
    let dataset = split.dataset
    guard !preparation.transforms.isEmpty else {
      (sampleShape, scratchBytes) = (dataset.sampleShape, 0)
      return
    }
    do throws(TransformFault) {
      precondition(dataset.sampleShape.count == 3, "transforms of samples of shape \(dataset.sampleShape)")
      let shapes = try preparation.transforms.shapes(of: dataset.imageShape)
      let last = shapes[shapes.count - 1]
      sampleShape = [last.height, last.width, last.channels]
      scratchBytes = shapes.map(\.count).max() ?? 0
    } catch {
      preconditionFailure("\(error.problem) (images of \(dataset.imageShape))")
    }
  }

  /// - Parameters:
  ///   - samples: Numbers within the split.
  ///   - step: Its epoch decides what transforms draw, together with each sample's number.
  public func assemble(
    _ samples: ArraySlice<Int>, of step: StepSamples, firstPosition: Int
  ) throws(DataError) -> Batch {
    let dataset = split.dataset
    let (shape, layout) = (dataset.imageShape, dataset.layout)
    let inputs = Tensor(uninitialized: [samples.count] + sampleShape, pool: pool)
    let labels = Tensor(uninitialized: [samples.count], dtype: .int32, pool: pool)
    let scratch = TransformScratch(byteCount: scratchBytes, pool: pool)
    let values = sampleShape.reduce(1, *)
    var target = inputs.floats.baseAddress
    for (row, sample) in samples.enumerated() {
      let record = split.records[sample]
      do throws(DataError) {
        try dataset.withPixels(ofRecord: record) { pixels in
          guard let target else { return }
          var image = TransformedImage(pixels, shape: shape, layout: layout, scratch: scratch)
          preparation.transforms.apply(to: &image, seed: seed, epoch: step.epoch, sample: sample)
          image.write(to: target, preparation.normalizer)
        }
      } catch {
        var error = error
        error.location += ", sample \(sample) of its split"
        throw error
      }
      labels.int32s[row] = dataset.labels[record]
      target = target.map { $0 + values }
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
}
