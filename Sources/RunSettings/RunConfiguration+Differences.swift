import Configuration
import DataPipeline

/// A setting in which two configurations differ.
public struct ConfigurationDifference: Sendable, Equatable, CustomStringConvertible {
  /// Effect of resuming from a checkpoint with the new value.
  public enum OnResume: Sendable {
    /// None on past steps: lengths, logging, checkpoints, evaluation, comparisons, timing of gradient sums, location of the
    /// data (their content is compared).
    case allowed
    /// The run resumes, but with other bits than without the change; it must warn.
    case changesBits
    /// Refused unless the user asks for it (`--continue`): then the rest of the run is trained with the new value.
    case continues
    /// It would be a different run.
    case refused
  }

  public let path: String
  /// Nil if the old (new) configuration has no such setting.
  public let old: String?
  public let new: String?
  /// Whether evaluations determine the run's end or learning rate: then they are part of the past.
  package var evaluationSteers = false

  package init(path: String, old: String?, new: String?, evaluationSteers: Bool = false) {
    (self.path, self.old, self.new, self.evaluationSteers) = (path, old, new, evaluationSteers)
  }

  /// `training.batch_size: 100 → 200`.
  public var description: String { "\(path): \(old ?? "not there") → \(new ?? "not there")" }

  public var onResume: OnResume {
    let steering = [
      "evaluation.every_steps", "evaluation.every_epochs", "evaluation.block_size", "data.evaluation_transforms",
    ]
    if evaluationSteers && steering.contains(path) { return .continues }
    if path == "training.early_stopping.patience" && isLonger { return .allowed }
    let allowed =
      [
        // The version's defaults are among the other settings.
        "version", "training.steps", "training.epochs", "training.overlap", "training.bucket_megabytes",
        "training.share_weights", "training.compare_replicas", "data.evaluation_transforms",
      ] + DatasetSpecification.locationKeys.map { "data.\($0)" }
    let allowedSections = ["evaluation.", "checkpoint.", "logging.", "samples."]
    if allowed.contains(path) || allowedSections.contains(where: path.hasPrefix) { return .allowed }
    if path == "training.blas_threads" { return .changesBits }
    return Self.ofLearning.contains { path == $0 || path.hasPrefix($0 + ".") } ? .continues : .refused
  }

  /// Sections and settings that `--continue` may change.
  package static let ofLearning = [
    "loss", "optimizer", "schedule", "parameters", "data.augment", "training.early_stopping",
  ]

  /// More patience would not have ended the run earlier; less might have.
  private var isLonger: Bool {
    guard let before = old.flatMap({ Int($0) }), let after = new.flatMap({ Int($0) }) else { return false }
    return after > before
  }
}

extension [ConfigurationDifference] {
  /// One line for each, in order; those of a model with little in common come last, and only the first few.
  package var lines: [String] {
    let ofModel = filter { $0.path.hasPrefix("model.") }
    guard ofModel.count > Self.shownOfModel + 1 else { return map(\.description) }
    let others = filter { !$0.path.hasPrefix("model.") }
    return (others + ofModel.prefix(Self.shownOfModel)).map(\.description)
      + ["model: \(ofModel.count - Self.shownOfModel) more settings"]
  }

  /// Most settings of a model that are worth showing one by one.
  package static var shownOfModel: Int { 6 }
}

extension RunConfiguration {
  /// Whether evaluations determine the run's end or learning rate.
  private var evaluationSteers: Bool { training.earlyStopping != nil || schedule.followsEvaluations }

  /// The settings in which several configurations differ, each with its value in each of them; nil where there is no such
  /// setting, or no configuration.
  package static func differences(
    among configurations: [RunConfiguration?]
  ) -> [(path: String, values: [String?])] {
    let settings = configurations.map { $0?.settings() }
    // Looked up only: the order is that of the lists.
    let values = settings.map { $0.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.path, $0.value) }) } }
    var seen: Set<String> = []
    let paths = settings.compactMap { $0 }.joined().map(\.path).filter { seen.insert($0).inserted }
    return paths.compactMap { path in
      let known = values.compactMap { $0 }.map { $0[path] }
      return Set(known).count > 1 ? (path, values.map { $0?[path] }) : nil
    }
  }

  /// The settings in which this configuration differs from an older one, in the order of the YAML.
  public func differences(from old: RunConfiguration) -> [ConfigurationDifference] {
    let (before, after) = (old.settings(), settings())
    // Looked up only: the order is that of the lists.
    let oldValues = Dictionary(uniqueKeysWithValues: before.map { ($0.path, $0.value) })
    let newValues = Dictionary(uniqueKeysWithValues: after.map { ($0.path, $0.value) })
    let changed = after.map(\.path).filter { oldValues[$0] != newValues[$0] }
    let gone = before.map(\.path).filter { newValues[$0] == nil }
    return (changed + gone).map { path in
      ConfigurationDifference(
        path: path, old: oldValues[path], new: newValues[path], evaluationSteers: evaluationSteers)
    }
    // A section that is null in one of them: its settings are listed.
    .filter { [$0.old, $0.new] != ["null", nil] && [$0.old, $0.new] != [nil, "null"] }
  }
}
