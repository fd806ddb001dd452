import DataPipeline
import Inference
import PlainText
import Tensors

/// Metrics, evaluations and the summary.
extension Trainer {
  func report(_ outcome: WorkerSession.Outcome, learningRate: Double, isLogged: Bool) throws {
    clock.add(samples: outcome.totals.samples)
    progress.samples += outcome.totals.samples
    progress.sinceLogged.add(outcome.totals)
    progress.smooth(outcome.totals.meanLoss)
    if isLogged { progress.penalty = outcome.penalty }
    guard recorder != nil else {
      if isLogged { startNewWindow() }
      return
    }
    let window = progress.sinceLogged
    let report = StepReport(
      step: progress.step, totalSteps: run.totalSteps, epoch: run.epoch(after: progress.step),
      loss: window.meanLoss + progress.penalty, smoothedLoss: smoothedLoss, accuracy: window.accuracy,
      learningRate: learningRate, samplesPerSecond: clock.samplesPerSecond,
      secondsLeft: clock.secondsPerStep * Double(run.totalSteps - progress.step), isLogged: isLogged)
    if isLogged {
      try recorder?.log(report, gradientNorm: outcome.gradientNorm, wallSeconds: clock.wallSeconds)
      startNewWindow()
    }
    reporter?.completed(report)
  }

  /// For language models only: their batches are small, and this average is what their losses are compared by.
  var smoothedLoss: Double? { run.configuration.data.isText ? progress.smoothedLoss : nil }

  private func startNewWindow() {
    progress.lastLogged = progress.sinceLogged
    progress.sinceLogged = RunProgress.Window()
  }

  /// Evaluates the validation split or, if there is none, the test split, which steers nothing. A stop request ends the
  /// evaluation early, without a result. Collective.
  ///
  /// - Returns: Whether no earlier evaluation was better.
  func evaluateValidation() throws -> Bool {
    guard let split = run.data.validation else {
      // After the last step it is evaluated anyway.
      if let test = run.data.test, progress.step < run.totalSteps { _ = try evaluate(test, as: .test) }
      return false
    }
    guard let result = try evaluate(split, as: .validation) else { return false }
    return result.isBest && run.configuration.checkpoint.best
  }

  private func evaluate(_ split: any SampleSplit, as name: DataSplit) throws -> EvaluationReport? {
    status.set(.evaluation, after: progress.step)
    let before = timeline?.enter(.evaluation)
    defer { if let before { timeline?.enter(before) } }
    let start = ContinuousClock.now
    var evaluator = Evaluator(
      split: split, preparation: run.data.evaluationPreparation, blockSize: run.configuration.evaluation.blockSize,
      communicator: communicator)
    evaluator.isStopped = { [stop = run.stop] in stop.reason != nil }
    let result = try evaluator.evaluate(
      model: session.replica.model, loss: run.loss, context: session.replica.context)
    progress.unfinished = result == nil ? .evaluation : nil
    guard let result, result.samples > 0 else { return nil }
    var isBest = false
    if name == .validation {
      let candidate = RunProgress.Evaluation(step: progress.step, loss: result.loss, accuracy: result.accuracy)
      if !result.loss.isFinite { noteValidationLoss(result.loss) }
      isBest =
        result.loss.isFinite && progress.best.map { candidate.isBetter(than: $0, by: run.bestMetric) } ?? true
      progress.lastValidation = candidate
      if regularEvaluationIsDue { steer(by: candidate) }
      if isBest { progress.best = candidate }
    }
    let report = EvaluationReport(
      split: name, step: progress.step, epoch: run.epoch(after: progress.step), loss: result.loss,
      accuracy: result.accuracy, samples: result.samples, seconds: (ContinuousClock.now - start) / .seconds(1),
      isBest: isBest)
    try recorder?.log(report, wallSeconds: clock.wallSeconds)
    recorder?.drawCurves()
    reporter?.evaluated(report)
    return report
  }

  /// Early stopping and the schedule use evaluations at the configured interval alone, not the one after the last step, which
  /// a longer run would not have.
  private func steer(by evaluation: RunProgress.Evaluation) {
    schedule.observe(loss: evaluation.loss, accuracy: evaluation.accuracy, memory: &progress.schedule)
    guard let settings = run.configuration.training.earlyStopping else { return }
    progress.earlyStopping = progress.earlyStopping ?? EarlyStopping()
    progress.earlyStopping?.add(evaluation, settings)
  }

  /// Warns only the first time that the loss is not finite: every later evaluation would repeat it.
  private func noteValidationLoss(_ loss: Double) {
    guard progress.lastValidation?.loss.isFinite ?? true else { return }
    validationDivergedAfter = progress.step
    reporter?.warn(
      """
      the validation loss after step \(progress.step) is \(loss.readable): such an evaluation never counts as the best; try a \
      lower learning rate, a warm-up, or optimizer.clip_norm
      """)
  }

  /// Evaluates the test split after the last step, and writes the summary. Collective.
  ///
  /// - Returns: `stopped`, or the reason why the evaluation was stopped.
  func finish(_ stopped: StopRequest.Reason?) throws -> StopRequest.Reason? {
    let wallSeconds = clock.wallSeconds
    var summary = RunSummary()
    var stopped = stopped
    if stopped == nil {
      let test = run.configuration.evaluation.atEnd ? run.data.test : nil
      let report = try test.flatMap { try evaluate($0, as: .test) }
      // The checkpoint of the last step exists, and a resumed run repeats the evaluation in any case.
      if progress.unfinished != nil { stopped = try agreedStopReason() }
      progress.unfinished = nil
      (summary.testLoss, summary.testAccuracy) = (report?.loss, report?.accuracy)
      // Validation, if there is any, has already shown whether the loss is finite.
      if let report, !report.loss.isFinite, run.data.validation == nil {
        throw try divergedEnd("the test loss is not finite")
      }
      // Nothing follows the last checkpoint, and it was checked before it was written.
      try recorder?.confirmCheckpoint()
    }
    status.set(.end, after: progress.step)
    let profile = try gatherProfile()
    guard let recorder else { return stopped }
    summary.steps = progress.step
    summary.epochs = run.epoch(after: progress.step)
    summary.wallSeconds = wallSeconds
    summary.samplesPerSecond = wallSeconds > 0 ? progress.samples / wallSeconds : 0
    let window = progress.sinceLogged.samples > 0 ? progress.sinceLogged : progress.lastLogged
    summary.trainLoss = window.map { $0.meanLoss + progress.penalty }
    summary.smoothedLoss = smoothedLoss
    summary.validationLoss = progress.lastValidation?.loss
    summary.validationAccuracy = progress.lastValidation?.accuracy
    (summary.stoppedEarly, summary.bestStep) = (hasStoppedEarly, progress.best?.step)
    (summary.workers, summary.ranks, summary.nodes) = (communicator.size, jobSize.ranks, jobSize.nodes)
    summary.shards = communicator.layout.shards
    summary.warmupSteps = schedule.warmupSteps
    summary.parameters = session.replica.model.store.parameterCount
    summary.frozenParameters = session.replica.model.store.frozenCount
    summary.record(run.configuration)
    summary.history = progress.continuations ?? []
    summary.weightsSHA256 = try session.replica.weightsDigest()
    try recorder.write(summary)
    recorder.drawCurves()
    if let profile {
      try recorder.write(profile)
      reporter?.profiled(profile)
    }
    do {
      try recorder.writeEnd(stopped, step: progress.step, totalSteps: run.totalSteps)
    } catch {
      reporter?.warn("\(error)")
    }
    result = (recorder.folder.path, summary)
    reporter?.finished(summary, curves: recorder.curves, folder: recorder.folder.path, stopped: stopped)
    return stopped
  }

  var description: RunDescription {
    let configuration = run.configuration
    let store = session.replica.model.store
    return RunDescription(
      data: configuration.data.name, heldOutAdvice: configuration.data.heldOutAdvice,
      trainingSamples: run.data.training.count,
      balancedEpoch: (run.sampler as? BalancedSampler).map { ($0.classCount, $0.samplesPerClass) },
      validationSamples: run.data.validation?.count ?? 0, testSamples: run.data.test?.count ?? 0,
      model: configuration.model.name, parameters: store.parameterCount, frozenParameters: store.frozenCount,
      workers: communicator.size,
      ranks: jobSize.ranks, nodes: jobSize.nodes, shards: communicator.layout.shards,
      shardsAreFixed: configuration.training.shards != nil, batchSize: configuration.training.batchSize,
      blasKernels: BLAS.coreName, convolutionLibrary: ConvolutionPlans.library,
      threadsPerWorker: configuration.training.blasThreads, totalSteps: run.totalSteps,
      stepsPerEpoch: run.sampler.stepsPerEpoch, firstStep: progress.step,
      earlyStopping: configuration.training.earlyStopping, hasStoppedEarly: hasStoppedEarly,
      bestStep: progress.best?.step, isUnfinished: progress.unfinished != nil,
      changes: recorder?.continuation?.lines ?? [], folder: recorder?.folder.path ?? "",
      layers: session.replica.model.summary.description, kernelWarning: BLAS.kernelWarning,
      imbalance: communicator.layout.imbalance)
  }
}
