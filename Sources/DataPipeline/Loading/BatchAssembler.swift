/// Makes batches from the samples of a split: the interface that images and texts share.
public protocol BatchAssembler: Sendable {
  /// Makes a shard of a global batch.
  ///
  /// - Parameters:
  ///   - samples: Numbers within the split, as its sampler gives them.
  ///   - step: The whole step. Its epoch and the samples' numbers key random changes.
  ///   - firstPosition: Position of the first sample in the global batch.
  func assemble(_ samples: ArraySlice<Int>, of step: StepSamples, firstPosition: Int) throws(DataError) -> Batch

  /// The split cut into blocks for an evaluation.
  func evaluationBlocks(ofSize size: Int) -> EvaluationBlocks

  /// Makes one block; `samples` are positions in the order of the evaluation.
  func assembleForEvaluation(_ samples: Range<Int>) throws(DataError) -> Batch
}

extension BatchAssembler {
  /// The same for any collection of numbers.
  public func assemble(
    _ samples: some Collection<Int>, epoch: Int = 0, firstPosition: Int
  ) throws(DataError) -> Batch {
    let all = ArraySlice(samples)
    return try assemble(all, of: StepSamples(epoch: epoch, samples: all), firstPosition: firstPosition)
  }
}
