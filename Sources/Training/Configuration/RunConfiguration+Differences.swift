/// A setting in which two configurations differ.
public struct ConfigurationDifference: Sendable, Equatable, CustomStringConvertible {
  /// What going on from a checkpoint with the new value means.
  public enum OnResume: Sendable {
    /// It cannot change the past: lengths, logging, checkpoints, evaluation, where the data lie (what they hold is
    /// compared).
    case allowed
    /// The run goes on, but with other bits than without the change; it must say so.
    case changesBits
    /// It would be another run.
    case refused
  }

  public let path: String
  /// Nil where the old (new) configuration has no such setting.
  public let old: String?
  public let new: String?

  /// `training.batch_size: 100 → 200`.
  public var description: String { "\(path): \(old ?? "not there") → \(new ?? "not there")" }

  public var onResume: OnResume {
    let allowed = ["training.steps", "training.epochs", "data.path"]
    let allowedSections = ["evaluation.", "checkpoint.", "logging."]
    if allowed.contains(path) || allowedSections.contains(where: path.hasPrefix) { return .allowed }
    return path == "training.blas_threads" ? .changesBits : .refused
  }
}

extension RunConfiguration {
  /// The settings in which this configuration differs from an older one, in the order of the YAML.
  public func differences(from old: RunConfiguration) -> [ConfigurationDifference] {
    let (before, after) = (old.settings(), settings())
    // Looked up only: the order is that of the lists.
    let oldValues = Dictionary(uniqueKeysWithValues: before.map { ($0.path, $0.value) })
    let newValues = Dictionary(uniqueKeysWithValues: after.map { ($0.path, $0.value) })
    let changed = after.filter { oldValues[$0.path] != $0.value }
      .map { ConfigurationDifference(path: $0.path, old: oldValues[$0.path], new: $0.value) }
    let gone = before.filter { newValues[$0.path] == nil }
      .map { ConfigurationDifference(path: $0.path, old: $0.value, new: nil) }
    return changed + gone
  }
}
