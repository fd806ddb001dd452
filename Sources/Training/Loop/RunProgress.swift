import Checkpoints
import Foundation
import NeuralNetworks
import RunSettings

/// How far a run is, and what it has to remember between steps: part of every checkpoint.
struct RunProgress: Codable, Equatable, Sendable {
  init() {}

  /// Sums over some steps, each step weighted by its samples.
  struct Window: Codable, Equatable, Sendable {
    var samples = 0.0
    var loss = 0.0
    var correct = 0.0
    /// Nil in checkpoints that are older than texts: then one a sample.
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

  /// The validation split, measured after some step.
  struct Evaluation: Codable, Equatable, Sendable {
    var step: Int
    var loss: Double
    var accuracy: Double

    /// More is recognised, or as much at a lower loss; by the loss the other way round.
    func isBetter(than other: Evaluation, by metric: EarlyStoppingSettings.Metric) -> Bool {
      switch metric {
      case .accuracy: (accuracy, -loss) > (other.accuracy, -other.loss)
      case .loss: (-loss, accuracy) > (-other.loss, other.accuracy)
      }
    }
  }

  /// Work that a stop cut short after a step: it is done again, and all that follows from it, when the run goes on.
  enum Unfinished: String, Codable, Sendable {
    /// The evaluation, and the sample after it.
    case evaluation
    case sample
  }

  /// Optimiser updates done.
  var step = 0
  /// Nil where nothing is missing of that step.
  var unfinished: Unfinished?
  /// Since the last logged step, kept so that a resumed run logs what an uninterrupted one does.
  var sinceLogged = Window()
  /// Of the last step that was logged, or the window if none was yet.
  var lastLogged: Window?
  /// Moving average of the steps' losses, without what L2 adds; nil before the first step.
  private(set) var smoothedLoss: Double?
  /// L2's part of the loss in the last logged step; it takes a pass over the weights, so not every step has one.
  var penalty = 0.0
  var best: Evaluation?
  var lastValidation: Evaluation?
  var earlyStopping: EarlyStopping?
  /// Nil where the schedule follows no evaluations, and before the first.
  var schedule: ScheduleMemory?
  /// Seconds and samples of all the run's parts so far.
  var wallSeconds = 0.0
  var samples = 0.0
  /// Digest of the training data, so that a resume finds the same data, wherever they lie by then.
  var dataDigest: String?

  /// s ← 0.999 s + 0.001 ℓ, begun at the first loss: slow enough that batches of one sample give a curve.
  mutating func smooth(_ loss: Double) {
    smoothedLoss = smoothedLoss.map { 0.999 * $0 + 0.001 * loss } ?? loss
  }

  init(encoded: some Sequence<UInt8>) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    self = try decoder.decode(RunProgress.self, from: Data(encoded))
  }

  /// That of a checkpoint, which may be anybody's.
  ///
  /// - Throws: where it cannot be read, has numbers that no run comes to, or is of another step than the checkpoint.
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

  /// The first number that no run comes to; nil where all may be.
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
    let counts = 0...1e18
    return check("wallSeconds", wallSeconds, 0...Self.longest) ?? check("samples", samples, counts)
      ?? check("sinceLogged", sinceLogged) ?? check("lastLogged", lastLogged)
      ?? check("best", best) ?? check("lastValidation", lastValidation)
      ?? check(
        "earlyStopping.evaluationsWithoutImprovement",
        earlyStopping.map { Double($0.evaluationsWithoutImprovement) }, 0...Double(step))
      ?? check(
        "schedule.evaluationsWithoutImprovement", schedule.map { Double($0.evaluationsWithoutImprovement) },
        0...Double(step))
      ?? check("schedule.reductions", schedule.map { Double($0.reductions) }, 0...Double(step))
      ?? check("schedule.cooldown", schedule.map { Double($0.cooldown) }, counts)
  }

  /// JSON with its keys in a fixed order: equal runs write equal files.
  func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(self)
  }
}
