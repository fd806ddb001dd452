/// Makes batches out of samples of a split: what images and texts have in common for whoever trains or evaluates on them.
public protocol BatchAssembler: Sendable {
  /// A shard of a global batch.
  ///
  /// - Parameters:
  ///   - samples: numbers within the split, as the split's sampler gives them.
  ///   - step: the whole step they are part of; its epoch decides random changes, together with each sample's number.
  ///   - firstPosition: position of the first sample in the global batch.
  func assemble(_ samples: ArraySlice<Int>, of step: StepSamples, firstPosition: Int) throws(DataError) -> Batch

  /// How an evaluation goes through the split.
  func evaluationBlocks(ofSize size: Int) -> EvaluationBlocks

  /// One block of it; `samples` are numbers in the order of the evaluation.
  func assembleForEvaluation(_ samples: Range<Int>) throws(DataError) -> Batch
}

extension BatchAssembler {
  /// The same of any collection of numbers.
  public func assemble(
    _ samples: some Collection<Int>, epoch: Int = 0, firstPosition: Int
  ) throws(DataError) -> Batch {
    let all = ArraySlice(samples)
    return try assemble(all, of: StepSamples(epoch: epoch, samples: all), firstPosition: firstPosition)
  }
}
