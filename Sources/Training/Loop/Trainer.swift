import Checkpoints
import Collectives
import DataPipeline
import Foundation
import Inference
import NeuralNetworks
import Tensors

/// One worker's training run. Every worker runs the same code; worker 0 also writes and reports.
public final class Trainer {
  let run: PreparedRun
  let communicator: any Communicator
  let jobSize: (ranks: Int, nodes: Int)
  let reporter: (any TrainingReporter)?
  let status: RunStatus
  let session: WorkerSession
  /// Only on worker 0.
  let recorder: RunRecorder?
  var progress = RunProgress()
  /// The schedule in use: that of the whole run, or the one that `--continue` gave its rest.
  private(set) var schedule: Schedule
  var clock = RunClock()
  /// Only with `--profile`.
  var timeline: Timeline?
  /// Time at which this worker left the barrier at the start, by its host's clock.
  var startTime: UInt64 = 0
  /// First step after which the validation loss was not finite.
  var validationDivergedAfter: Int?
  /// Last step after which replicas were compared.
  var comparedStep = 0
  /// The training run's folder and summary, of worker 0 after the last step.
  var result: (folder: String, summary: RunSummary)?
  /// For tests: may change this worker's state, like a fault of the machine.
  package var afterStep: ((_ step: Int, _ state: [Tensor]) -> Void)?

  /// Collective. Builds this worker's replica, and loads the checkpoint if there is one to resume from.
  ///
  /// - Parameters:
  ///   - run: The prepared run.
  ///   - communicator: Connects the workers.
  ///   - jobSize: Numbers of ranks and nodes, for the record only.
  ///   - reporter: Receives the run's events from worker 0.
  ///   - status: Kept up to date, for other threads.
  public init(
    _ run: PreparedRun, communicator: any Communicator, jobSize: (ranks: Int, nodes: Int),
    reporter: (any TrainingReporter)?, status: RunStatus = RunStatus()
  ) throws {
    let isFirst = communicator.worker == 0
    let given = run
    let run = try given.normalized(over: communicator).withDefaultsOfCheckpoint(over: communicator)
    self.status = status
    (self.run, self.communicator, self.jobSize) = (run, communicator, jobSize)
    self.reporter = isFirst ? reporter : nil
    if run.configuration.version != given.configuration.version {
      self.reporter?.detail(
        "the run goes on with the defaults of version \(run.configuration.version) of the configuration, which its checkpoint has"
      )
    }
    schedule = run.schedule
    let session = try WorkerSession(run, communicator: communicator)
    if let problem = communicator.sharedMemoryProblem {
      self.reporter?.warn("gradients travel as messages, ranks of a node share no memory: \(problem)")
    }
    if session.lacksSharedWeights {
      self.reporter?.warn("each worker has its own copy of the weights: shared memory has no space for them")
    }
    self.session = session
    recorder = try communicator.agree(on: 0) {
      guard isFirst else { return nil }
      return try RunRecorder(
        run, shards: communicator.layout.shards, model: session.replica.expectedState, reporter: reporter)
    }
    try restore()
    schedule = Schedule(
      run.configuration.schedule, totalSteps: run.totalSteps, firstStep: progress.scheduleStart)
    session.optimizerStart = progress.optimizerStart
  }

  /// Trains to the last step, until early stopping ends the run, or until a stop request.
  ///
  /// - Returns: Reason for a stop; nil if the run is complete. The same on every worker.
  public func train() throws -> StopRequest.Reason? {
    do {
      return try trainAndMeasure()
    } catch {
      // `end.json` is for programs that wait for the run; the error itself counts.
      try? recorder?.writeEnd(after: error, step: progress.step, totalSteps: run.totalSteps)
      throw error
    }
  }

  private func trainAndMeasure() throws -> StopRequest.Reason? {
    reporter?.started(description)
    for note in run.data.notes + schedule.notes + run.notes(shards: communicator.layout.shards) { reporter?.warn(note) }
    try startProfile()
    session.startLoading(from: progress.step)
    clock.start(progress)
    if progress.step == 0 {
      try writeSampleIfDue()
      if progress.unfinished != nil {
        let stopped = StoppedBeforeTraining(reason: try agreedStopReason(), isInSample: true)
        throw AgreedFailure(description: "\(stopped)", exitCode: stopped.exitCode)
      }
    }
    var stopped = try finishStepBeforeStop()
    while !isComplete && stopped == nil {
      status.set(.step, after: progress.step)
      let step = progress.step
      let rate = learningRate(at: step)
      let isLogged = (step + 1) % run.configuration.logging.everySteps == 0 || step + 1 == run.totalSteps
      let outcome = try session.performStep(
        step, learningRate: rate, requests: { requests }, report: isLogged)
      guard outcome.loss.isFinite else { throw try divergence(outcome, step: step, learningRate: rate) }
      try recorder?.confirmCheckpoint()
      progress.step += 1
      try report(outcome, learningRate: rate, isLogged: isLogged)
      afterStep?(progress.step, session.replica.replicatedState)
      let checkpointIsDue = checkpointIsDue(outcome.totals.requests)
      if comparisonIsDue || checkpointIsDue { try compareReplicas() }

      let isBest = evaluationIsDue ? try evaluateValidation() : false
      if progress.unfinished == nil { try writeSampleIfDue() }
      // One worker's request stops all of them after the same step, unless the run is complete.
      let mustStop = outcome.totals.requests.stop > 0 || progress.unfinished != nil
      if mustStop && !isComplete { stopped = try agreedStopReason() }
      // Early stopping may have ended the run just now.
      if isComplete { try refuseDivergedEnd() }
      if stopped != nil || isBest || checkpointIsDue || isComplete { try writeCheckpoint(learningRate: rate) }
    }
    if stopped != nil { session.abandonLoading() }
    return try finish(stopped)
  }

  /// Completes the work that a stop left unfinished after the step that the run resumes from. The checkpoint is written again:
  /// it and the best one are then the same as in a run that was not stopped. Collective.
  ///
  /// - Returns: Reason for another stop.
  private func finishStepBeforeStop() throws -> StopRequest.Reason? {
    guard let unfinished = progress.unfinished else { return nil }
    if unfinished == .evaluation { _ = try evaluateValidation() }
    if unfinished == .sample || progress.unfinished == nil { try writeSampleIfDue() }
    if progress.unfinished != nil { return try agreedStopReason() }
    // The step's batch is no longer available.
    if isComplete { try refuseDivergedValidation() }
    try writeCheckpoint(learningRate: lastRate)
    return nil
  }

  /// The reason of the lowest worker that has one. Collective.
  func agreedStopReason() throws -> StopRequest.Reason {
    let reasons = try communicator.allGather([UInt8(run.stop.reason?.rawValue ?? 0)])
    let known = reasons.compactMap { $0.first.flatMap { StopRequest.Reason(rawValue: Int32($0)) } }
    // Workers that learned of it from others do not know the reason.
    return known.first { $0 != .passedOn } ?? .termination
  }

  private func learningRate(at step: Int) -> Double { schedule.rate(at: step, memory: progress.schedule) }

  /// The rate of the last step, for messages.
  var lastRate: Double { learningRate(at: max(0, progress.step - 1)) }

  private var evaluationIsDue: Bool { progress.step == run.totalSteps || regularEvaluationIsDue }

  var regularEvaluationIsDue: Bool {
    let settings = run.configuration.evaluation
    return run.isDue(after: progress.step, everySteps: settings.everySteps, everyEpochs: settings.everyEpochs)
  }

  /// This worker's requests in the next step. Only worker 0 writes checkpoints, so only its clock counts.
  private var requests: StepRequests {
    let checkpoint = recorder?.isDue(minutes: run.configuration.checkpoint.everyMinutes) ?? false
    return StepRequests(stop: run.stop.reason == nil ? 0 : 1, checkpoint: checkpoint ? 1 : 0)
  }

  /// The same on every worker, since all compare their replicas before worker 0 writes.
  private func checkpointIsDue(_ requests: StepRequests) -> Bool {
    let settings = run.configuration.checkpoint
    return run.isDue(after: progress.step, everySteps: settings.everySteps, everyEpochs: settings.everyEpochs)
      || requests.checkpoint > 0
  }
}
