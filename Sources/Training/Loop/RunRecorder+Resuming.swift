import Checkpoints
import DataPipeline
import Inference
import NeuralNetworks
import PlainText
import RunSettings

/// Checks that a checkpoint belongs to this run, so that the run may resume from it.
extension RunRecorder {
  /// The configuration of the checkpoint that a run would resume from, judged by the headers of files; nil if there is none. A
  /// checkpoint that cannot be read is reported when it is opened.
  static func configurationToResume(_ options: RunOptions) -> RunConfiguration? {
    let path: String? =
      switch options.resume {
      case .automatic: options.runFolder
      case .never: nil
      case .checkpoint(let path): path
      }
    return path.flatMap(RunFolder.newestReadable(at:)).flatMap { try? RunConfiguration.of($0) }
  }

  /// Checks that only settings without effect on past steps differ from the checkpoint's configuration, or, with `--continue`,
  /// those of the learning.
  ///
  /// - Parameter model: The tensors and the optimiser's state of this run.
  /// - Returns: The changes that the rest of the run is trained with; nil if there are none.
  func continuation(of checkpoint: Checkpoint, model: ExpectedState) throws -> Continuation? {
    let name = checkpoint.path
    let step = checkpoint.metadata.step
    let old = try RunConfiguration.of(checkpoint)
    let differences = run.configuration.differences(from: old)
    let refused = differences.filter { $0.onResume == .refused }
      .compactMap { $0.path == "training.shards" ? shardsInEffect($0, old, checkpoint) : $0 }
    let continued = differences.filter { $0.onResume == .continues }
    let isContinued = run.options.continuesWithChanges
    guard refused.isEmpty && (continued.isEmpty || isContinued) else {
      var reasons = refused.lines
      // If the model differs, the error names the parameters that differ.
      if !refused.isEmpty {
        do { try checkpoint.requireWeights(model.weights) } catch { reasons.append(error.problem) }
      }
      throw RunError.anotherConfiguration(
        checkpoint: name, refused: reasons, continued: continued.lines, isContinued: isContinued)
    }
    for change in differences where change.onResume == .changesBits {
      reporter?.warn("\(change.description): the run goes on, but with other bits than without this change")
    }
    // Other data may have other classes and epochs, so errors about parameters and steps would mislead.
    try refuseOtherData(checkpoint)
    guard step <= run.totalSteps else {
      throw RunError.alreadyFurther(checkpoint: name, step: step, totalSteps: run.totalSteps)
    }
    guard shards == checkpoint.metadata.shards else {
      throw RunError.otherShards(checkpoint: name, old: checkpoint.metadata.shards, new: shards)
    }
    try refuseOtherPosition(checkpoint)
    let continuation =
      try continued.isEmpty ? nil : continuation(with: continued, from: old, of: checkpoint, model: model)
    if continuation?.restartsSchedule != true {
      warnOfOtherRates(before: old, step: step, start: try RunProgress(of: checkpoint).scheduleStart)
    }
    return continuation
  }

  private func continuation(
    with changes: [ConfigurationDifference], from old: RunConfiguration, of checkpoint: Checkpoint, model: ExpectedState
  ) throws -> Continuation {
    let step = checkpoint.metadata.step
    guard step < run.totalSteps else {
      throw RunError.nothingToContinue(checkpoint: checkpoint.path, step: step, changes: changes.lines)
    }
    // Transforms may give samples of another size.
    try checkpoint.requireWeights(model.weights)
    let (before, after) = (old.bestMetric, run.bestMetric)
    let found = checkpoint.state.map(\.name).filter { $0.hasPrefix(Replica.statePrefix) }
    var continuation = Continuation(
      step: step, changes: changes.map { Continuation.Change($0) },
      restartsOptimizer: Set(found) != Set(model.optimizer), forgetsBest: before != after)
    if continuation.changesLoss && after == .loss { continuation.forgetsBest = true }
    return continuation
  }

  /// Checks epoch and position, which follow from the step.
  private func refuseOtherPosition(_ checkpoint: Checkpoint) throws {
    let (found, step) = (checkpoint.metadata, checkpoint.metadata.step)
    let (epoch, position) = (run.sampler.epoch(ofStep: step), run.sampler.position(ofStep: step))
    guard (found.epoch, found.position) != (epoch, position) else { return }
    throw CheckpointError(
      .damaged, path: checkpoint.path,
      "step \(step) comes after \(position) samples of epoch \(epoch), but it says \(found.position) of epoch \(found.epoch)",
      hint: "use another checkpoint or get the file again")
  }

  private func refuseOtherData(_ checkpoint: Checkpoint) throws {
    if let classes = checkpoint.metadata.samples?.classes, classes != run.data.classNames {
      throw EvaluationError.otherClasses(checkpoint: checkpoint.path)
    }
    let normalizer = try Normalizer(of: checkpoint, kind: run.configuration.data.normalization)
    let trained = try RunProgress(of: checkpoint).dataDigest
    let isComparable = trained?.hasPrefix(DatasetSplits.digestVersion) ?? false
    guard normalizer == run.data.normalizer, !isComparable || trained == dataDigest else {
      throw RunError.otherData(checkpoint: checkpoint.path)
    }
  }

  /// Without `training.shards`, shards are as many as workers: setting them or no longer setting them is no difference if their
  /// number stays.
  private func shardsInEffect(
    _ difference: ConfigurationDifference, _ old: RunConfiguration, _ checkpoint: Checkpoint
  ) -> ConfigurationDifference? {
    let before = checkpoint.metadata.shards
    guard shards != before else { return nil }
    func text(_ set: Int?, _ effective: Int) -> String { set.map { "\($0)" } ?? "\(effective), one for each worker" }
    return ConfigurationDifference(
      path: difference.path, old: text(old.training.shards, before),
      new: text(run.configuration.training.shards, shards))
  }

  /// A schedule over the whole run (cosine) gives other rates if the run has another length.
  ///
  /// - Parameters:
  ///   - old: The configuration of the checkpoint.
  ///   - step: Number of steps done.
  ///   - start: Step that the schedule began at.
  private func warnOfOtherRates(before old: RunConfiguration, step: Int, start: Int) {
    let oldSteps = old.training.totalSteps(stepsPerEpoch: run.sampler.stepsPerEpoch)
    let before = Schedule(old.schedule, totalSteps: oldSteps, firstStep: start)
    let after = Schedule(run.configuration.schedule, totalSteps: run.totalSteps, firstStep: start)
    // In a very long run, some steps are enough: the schedules differ in their length alone.
    let looked = stride(from: start, to: step, by: max(1, step / 1_000_000))
    guard oldSteps != run.totalSteps,
      looked.contains(where: { before.rate(at: $0, memory: nil) != after.rate(at: $0, memory: nil) })
    else { return }
    reporter?.warn(
      """
      the learning rates up to step \(step) were those of a run of \(oldSteps.counted("step")), the rest are those of one of \
      \(run.totalSteps): the weights will not be those of a run of \(run.totalSteps.counted("step")) from its start
      """)
  }
}
