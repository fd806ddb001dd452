import Tensors

/// Makes batches from the samples of a split: pixels are read, transformed, normalised, and written as tensors.
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
  ///   - split: The images.
  ///   - preparation: Its transforms must fit the split's images.
  ///   - seed: Seed of random transforms.
  ///   - pool: Memory of the tensors: the worker's pool, so that freed tensors are reused.
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
  ///   - step: Its epoch and the samples' numbers key the random transforms.
  ///   - firstPosition: Position of the first sample in the global batch.
  public func assemble(
    _ samples: ArraySlice<Int>, of step: StepSamples, firstPosition: Int
  ) throws(DataError) -> Batch {
    let dataset = split.dataset
    let inputs = Tensor(uninitialized: [samples.count] + sampleShape, pool: pool)
    let labels = Tensor(uninitialized: [samples.count], dtype: .int32, pool: pool)
    for (row, sample) in samples.enumerated() { labels.int32s[row] = dataset.labels[split.records[sample]] }
    // Images that are not decoded yet are divided among the cores; the rest is too little work for that.
    let isReady = !dataset.decodesOnRead || samples.allSatisfy { dataset.isReady(split.records[$0]) }
    let parts = isReady ? 1 : min(samples.count, concurrency)
    let scratches = (0..<parts).map { _ in TransformScratch(byteCount: scratchBytes, pool: pool) }
    if parts > 1 { for scratch in scratches { scratch.reserve() } }
    let target = Rows(start: inputs.floats.baseAddress, values: sampleShape.reduce(1, *))
    let failures = mapParts(count: samples.count, parts: parts) { part, rows -> DataError? in
      do throws(DataError) {
        for row in rows {
          try write(samples[samples.startIndex + row], epoch: step.epoch, to: target.row(row), scratches[part])
        }
        return nil
      } catch {
        return error
      }
    }
    if let failure = failures.lazy.compactMap({ $0 }).first { throw failure }
    return Batch(
      inputs: inputs, labels: labels, sampleIndices: samples.map { UInt32($0) }, firstPosition: firstPosition)
  }

  /// Rows of a batch's inputs. Threads write to different rows.
  private struct Rows: @unchecked Sendable {
    let start: UnsafeMutablePointer<Float>?
    let values: Int

    func row(_ number: Int) -> UnsafeMutablePointer<Float>? { start.map { $0 + number * values } }
  }

  /// Writes one sample's values.
  private func write(
    _ sample: Int, epoch: Int, to target: UnsafeMutablePointer<Float>?, _ scratch: TransformScratch
  ) throws(DataError) {
    let dataset = split.dataset
    do throws(DataError) {
      try dataset.withPixels(ofRecord: split.records[sample]) { pixels in
        guard let target else { return }
        var image = TransformedImage(pixels, shape: dataset.imageShape, layout: dataset.layout, scratch: scratch)
        preparation.transforms.apply(to: &image, seed: seed, epoch: epoch, sample: sample)
        image.write(to: target, preparation.normalizer)
      }
    } catch {
      var error = error
      error.location += ", sample \(sample) of its split"
      throw error
    }
  }

  public func evaluationBlocks(ofSize size: Int) -> EvaluationBlocks {
    EvaluationBlocks(count: split.count, blockSize: size)
  }

  public func assembleForEvaluation(_ samples: Range<Int>) throws(DataError) -> Batch {
    try assemble(samples, firstPosition: samples.lowerBound)
  }
}
