import Charts
import Checkpoints
import Collectives
import Configuration
import Files
import Foundation
import Inference
import JSON

/// Worker 0's output: it owns the run folder, finds the checkpoint to resume from, and writes
/// checkpoints, metrics and the summary.
final class RunRecorder {
  let folder: RunFolder
  /// The checkpoint that the run resumes from; nil for a new run.
  let checkpoint: Checkpoint?
  /// Change of settings at that checkpoint; nil if there is none.
  private(set) var continuation: Continuation?
  /// The newest checkpoint followed by a finite loss: weights may be finite and yet too large to compute with.
  private(set) var goodCheckpoint: String?
  /// A later checkpoint that was written or resumed from, not yet followed by a finite loss.
  private var latestCheckpoint: (path: String, best: Int?)?
  let run: PreparedRun
  let shards: Int
  /// Digest of the run's data.
  let dataDigest: String
  let reporter: (any TrainingReporter)?
  /// Everything that `metrics.jsonl` holds, thinned.
  private(set) var curves = RunCurves()
  private var lastWriting = ContinuousClock.now

  /// Opens the folder and decides whether to start or to resume. Nothing in the folder changes before `begin`.
  ///
  /// - Parameters:
  ///   - run: The prepared run.
  ///   - shards: Number of shards of a global batch.
  ///   - model: The tensors that a checkpoint to resume from must hold.
  ///   - reporter: Receives warnings.
  init(
    _ run: PreparedRun, shards: Int, model: ExpectedState, reporter: (any TrainingReporter)?
  ) throws {
    self.run = run
    self.shards = shards
    self.reporter = reporter
    dataDigest = try run.data.contentDigest()
    folder = try RunFolder(
      path: run.options.runFolder ?? RunOptions.claimRunFolder(named: run.options.name),
      configurationFile: run.options.configurationFile, isClaimed: run.options.runFolder == nil)
    folder.warn = { reporter?.warn($0) }
    do {
      checkpoint = try Self.checkpoint(for: run.options.resume, in: folder, reporter: reporter)
      if checkpoint == nil && run.options.continuesWithChanges { throw RunError.noCheckpoint(folder: folder.path) }
      if let checkpoint {
        goodCheckpoint = try RunFolder.continuedCheckpoint(upTo: checkpoint.path)
        latestCheckpoint = (checkpoint.path, checkpoint.metadata.best?.step)
        continuation = try continuation(of: checkpoint, model: model)
      }
    } catch {
      folder.discard()
      throw error
    }
  }

  private static func checkpoint(
    for resume: ResumeMode, in folder: RunFolder, reporter: (any TrainingReporter)?
  ) throws -> Checkpoint? {
    switch resume {
    case .automatic:
      return try folder.newestCheckpoint { reporter?.warn("\($0); using the one before it") }
    case .never:
      guard folder.wasEmpty else { throw RunError.folderNotEmpty(folder.path) }
      return nil
    case .checkpoint(let path):
      return try RunFolder.checkpoint(at: path) { reporter?.warn("\($0)") }
    }
  }

  /// Prepares the folder for this run: sets files of later, abandoned steps aside, and writes the configuration.
  /// With a validation split the test split is measured at the end only: a longer run measures it again.
  func begin(at step: Int, isComplete: Bool) throws {
    for path in try folder.rewind(to: step, keepingTest: run.data.validation == nil && !isComplete) {
      reporter?.detail("set aside \(path)")
    }
    // Damaged lines were cut out of the file just now. A picture is no reason to end a run.
    _ = try? RunFolder.readMetrics(in: folder.path) { curves.add($0) }
    if !curves.isEmpty { drawCurves() }
    try folder.writeConfiguration(run.configuration.effectiveYAML())
    try folder.writeDataReport(run.data.report.isEmpty ? nil : run.data.report.json.description)
  }

  func isDue(minutes: Double?) -> Bool {
    minutes.map { (ContinuousClock.now - lastWriting) / .seconds(60) >= $0 } ?? false
  }

  /// Writes a checkpoint. The last good one stays until `confirmCheckpoint`, in addition to those that are kept.
  ///
  /// - Throws: If the file cannot be written; older checkpoints are then untouched.
  func write(_ replica: Replica, carried: [CarriedState.Rows], metadata: CheckpointMetadata) throws {
    lastWriting = .now
    let written = try folder.save(
      weights: replica.weights, state: replica.optimizerState + run.data.normalizer.tensors + carried.map(\.source),
      metadata: metadata, keep: run.configuration.checkpoint.keep + 1)
    latestCheckpoint = (written.path, metadata.best?.step)
    reporter?.wroteCheckpoint(written.path, step: metadata.step)
  }

  /// Marks the latest checkpoint as good: its weights gave a finite loss.
  func confirmCheckpoint() throws {
    guard let latest = latestCheckpoint else { return }
    latestCheckpoint = nil
    goodCheckpoint = latest.path
    try folder.removeCheckpoints(keep: run.configuration.checkpoint.keep, sparing: [latest.best])
  }

  /// Draws `curves.svg` anew.
  func drawCurves() { folder.writeCurves(curves.chart(title: folder.path.lastPathComponent).svg) }

  private func append(_ record: JSON) throws {
    try folder.appendMetrics(record)
    curves.add(record)
  }

  func log(_ report: StepReport, gradientNorm: Double?, wallSeconds: Double) throws {
    var members: [JSON.Member] = [
      .init("step", .integer(report.step)), .init("epoch", .number(report.epoch)), .init("split", .string("train")),
      .init("loss", .number(report.loss)),
    ]
    if let smoothed = report.smoothedLoss { members.append(.init("smoothed_loss", .number(smoothed))) }
    members.append(.init("accuracy", .number(report.accuracy)))
    members.append(.init("learning_rate", .number(report.learningRate)))
    if let gradientNorm { members.append(.init("gradient_norm", .number(gradientNorm))) }
    members.append(.init("samples_per_second", .number(report.samplesPerSecond)))
    members.append(.init("wall_seconds", .number(wallSeconds)))
    try append(.object(members))
  }

  func log(_ report: EvaluationReport, wallSeconds: Double) throws {
    try append(
      .object([
        .init("step", .integer(report.step)), .init("epoch", .number(report.epoch)),
        .init("split", .string(report.split.rawValue)), .init("loss", .number(report.loss)),
        .init("accuracy", .number(report.accuracy)), .init("samples", .integer(report.samples)),
        .init("seconds", .number(report.seconds)), .init("wall_seconds", .number(wallSeconds)),
      ]))
  }

  func log(_ sample: SampleReport) throws {
    var members: [JSON.Member] = [.init("step", .integer(sample.step)), .init("epoch", .number(sample.epoch))]
    if let smoothed = sample.smoothedLoss { members.append(.init("smoothed_loss", .number(smoothed))) }
    members.append(.init("text", .string(sample.text)))
    try folder.appendSample(.object(members))
  }

  /// Does nothing if the run was already complete: its earlier profile is worth more.
  func write(_ profile: RunProfile) throws {
    guard profile.steps > 0 else { return }
    try folder.write(profile: profile.json.description, timeline: profile.trace.description)
  }

  /// Writes how the run ended, for programs: `mpirun` and batch systems have their own exit codes.
  func writeEnd(_ stopped: StopRequest.Reason?, step: Int, totalSteps: Int) throws {
    let signal = stopped == nil ? nil : run.stop.signal.flatMap { RunEnd.name(ofSignal: $0) }
    try write(
      RunEnd(
        end: stopped == nil ? .done : .stopped, reason: stopped, signal: signal, exitCode: stopped?.exitCode ?? 0,
        step: step, totalSteps: totalSteps))
  }

  func writeEnd(after error: any Error, step: Int, totalSteps: Int) throws {
    let code = (error as? any ExitCodeProviding)?.exitCode ?? 1
    try write(
      RunEnd(
        end: code > 128 ? .stopped : .failed, exitCode: code, error: "\(error)", step: step, totalSteps: totalSteps))
  }

  private func write(_ end: RunEnd) throws {
    var end = end
    end.checkpoint = try folder.newestCheckpointName
    try folder.writeEnd(end.json.description)
  }

  func write(_ summary: RunSummary) throws { try folder.writeSummary(summary.json.description) }
}
