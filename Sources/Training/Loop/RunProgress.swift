import Checkpoints
import Foundation
import NeuralNetworks
import RunSettings

/// A run's progress and its state between steps: part of every checkpoint.
struct RunProgress: Codable, Equatable, Sendable {
  init() {}

  /// Sums over several steps, each weighted by its samples.
  struct Window: Codable, Equatable, Sendable {
    var samples = 0.0
    var loss = 0.0
    var correct = 0.0
    /// Nil in checkpoints older than support for texts: then one for each sample.
    var predictions: Double?

    mutating func add(_ totals: StepTotals) {
      samples += totals.samples
      loss += totals.meanLoss * totals.samples
      correct += totals.correct
      predictions = (predictions ?? samples - totals.samples) + totals.predictions
    }

    var meanLoss: Double { samples > 0 ? loss / samples : 0 }
    var accuracy: Double { samples > 0 ? correct / (predictions ?? samples) : 0 }
  }

  /// Result on the validation split after a step.
  struct Evaluation: Codable, Equatable, Sendable {
    var step: Int
    var loss: Double
    var accuracy: Double

    /// Whether the accuracy is higher, or equal at a lower loss; by the loss, the other way round.
    func isBetter(than other: Evaluation, by metric: EarlyStoppingSettings.Metric) -> Bool {
      switch metric {
      case .accuracy: (accuracy, -loss) > (other.accuracy, -other.loss)
      case .loss: (-loss, accuracy) > (-other.loss, other.accuracy)
      }
    }
  }

  /// Work after a step that a stop left unfinished: it is repeated, with its consequences, when the run is resumed.
  enum Unfinished: String, Codable, Sendable {
    /// The evaluation, and the sample after it.
    case evaluation
    case sample
  }

  /// Number of optimiser updates done.
  var step = 0
  /// Nil if nothing is missing after that step.
  var unfinished: Unfinished?
  /// Since the last logged step, so that a resumed run logs the same as an uninterrupted one.
  var sinceLogged = Window()
  /// Of the last logged step; before the first, `window`.
  var lastLogged: Window?
  /// Moving average of the steps' losses without L2's part; nil before the first step.
  private(set) var smoothedLoss: Double?
  /// L2's part of the loss in the last logged step; it costs a pass over the weights, so it is not computed in every step.
  var penalty = 0.0
  var best: Evaluation?
  var lastValidation: Evaluation?
  var earlyStopping: EarlyStopping?
  /// Nil before the first evaluation, and if the schedule follows none.
  var schedule: ScheduleMemory?
  /// Seconds and samples so far, including those before the run was resumed.
  var wallSeconds = 0.0
  var samples = 0.0
  /// Changes of settings during the run, in order; nil if there were none.
  var continuations: [Continuation]?
  /// Digest of the training data, so that a resume can check that they are the same, even at another location.
  var dataDigest: String?

  /// s ← 0.999 s + 0.001 ℓ, from the first loss on: slow enough that batches of one sample give a smooth curve.
  mutating func smooth(_ loss: Double) {
    smoothedLoss = smoothedLoss.map { 0.999 * $0 + 0.001 * loss } ?? loss
  }

  /// Step at which the schedule in use began.
  var scheduleStart: Int { continuations?.last { $0.restartsSchedule }?.step ?? 0 }
  /// Step at which the optimiser's state was zero.
  var optimizerStart: Int { continuations?.last { $0.restartsOptimizer }?.step ?? 0 }

  /// Records a change of settings, and drops the state that belongs to the old ones.
  mutating func begin(_ continuation: Continuation) {
    continuations = (continuations ?? []) + [continuation]
    // Otherwise a run that had stopped early would stop again at once.
    earlyStopping = nil
    if continuation.restartsSchedule { schedule = nil }
    if continuation.forgetsBest { best = nil }
    guard continuation.changesLoss else { return }
    // Losses of different kinds neither compare nor add up.
    (smoothedLoss, sinceLogged, lastLogged, lastValidation) = (nil, Window(), nil, nil)
    schedule?.best = nil
    schedule?.evaluationsWithoutImprovement = 0
  }

  init(encoded: some Sequence<UInt8>) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    self = try decoder.decode(RunProgress.self, from: Data(encoded))
  }

  /// The progress in a checkpoint, which may be untrusted.
  ///
  /// - Throws: If it cannot be read, has impossible numbers, or belongs to another step than the checkpoint.
  init(of checkpoint: Checkpoint) throws(CheckpointError) {
    func damaged(_ problem: String) -> CheckpointError {
      CheckpointError(
        .damaged, path: checkpoint.path, problem, hint: "use another checkpoint or get the file again")
    }
    do {
      self = try RunProgress(encoded: checkpoint.metadata.progress.utf8)
    } catch {
      throw damaged("its progress (losses, times and so on) cannot be read")
    }
    guard step == checkpoint.metadata.step else {
      throw damaged("it is of step \(checkpoint.metadata.step), but its progress is of step \(step)")
    }
    if let problem { throw damaged("its progress makes no sense: \(problem)") }
  }

  /// A thousand years, in seconds.
  private static let longest = 3.2e10

  /// The first impossible number; nil if all are possible.
  private var problem: String? {
    func check(_ name: String, _ value: Double?, _ range: ClosedRange<Double>) -> String? {
      guard let value, !range.contains(value) else { return nil }
      return "\(name) is \(value)"
    }
    func check(_ name: String, _ evaluation: Evaluation?) -> String? {
      guard let evaluation else { return nil }
      return check("\(name).step", Double(evaluation.step), 0...Double(step))
        ?? check("\(name).accuracy", evaluation.accuracy, 0...1)
    }
    func check(_ name: String, _ window: Window?) -> String? {
      guard let window else { return nil }
      return check("\(name).samples", window.samples, counts) ?? check("\(name).correct", window.correct, counts)
        ?? check("\(name).predictions", window.predictions, counts)
    }
    let (counts, steps) = (0...1e18, 0...Double(step))
    let early = earlyStopping.map { Double($0.evaluationsWithoutImprovement) }
    let late = schedule.map { Double($0.evaluationsWithoutImprovement) }
    let problems = [
      check("wallSeconds", wallSeconds, 0...Self.longest), check("samples", samples, counts),
      check("sinceLogged", sinceLogged), check("lastLogged", lastLogged),
      check("best", best), check("lastValidation", lastValidation),
      check("earlyStopping.evaluationsWithoutImprovement", early, steps),
      check("schedule.evaluationsWithoutImprovement", late, steps),
      check("schedule.reductions", schedule.map { Double($0.reductions) }, steps),
      check("schedule.cooldown", schedule.map { Double($0.cooldown) }, counts),
    ]
    let changes = (continuations ?? []).map { check("continuations.step", Double($0.step), steps) }
    return (problems + changes).compactMap { $0 }.first
  }

  /// JSON with keys in a fixed order: equal runs write equal files.
  func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(self)
  }
}
