import JSON
import RunSettings

/// A change of settings during a run (`--continue`). Every later checkpoint holds it.
struct Continuation: Codable, Equatable, Sendable {
  struct Change: Codable, Equatable, Sendable {
    /// Dotted path in the configuration.
    var setting: String
    /// Nil if the old (new) configuration has no such setting.
    var old: String?
    var new: String?

    init(_ difference: ConfigurationDifference) {
      (setting, old, new) = (difference.path, difference.old, difference.new)
    }

    /// Whether it is a section of the configuration, or a setting in it.
    func isIn(_ section: String) -> Bool { setting == section || setting.hasPrefix(section + ".") }
  }

  /// Number of steps done before the change.
  var step: Int
  var changes: [Change]
  /// Whether the checkpoint's optimiser state does not fit the new optimiser, whose state then begins at zero.
  var restartsOptimizer: Bool
  /// Whether earlier evaluations do not compare with later ones by the metric of the best checkpoint.
  var forgetsBest: Bool

  /// Whether the schedule changes: it then begins at `step` and spans the rest of the run.
  var restartsSchedule: Bool { changes.contains { $0.isIn("schedule") } }

  /// Whether earlier losses do not compare with later ones.
  var changesLoss: Bool { changes.contains { $0.isIn("loss") } }

  /// The changes and their consequences, for a person.
  var lines: [String] {
    var lines = changes.map { "\($0.setting): \($0.old ?? "not there") → \($0.new ?? "not there")" }
    if restartsSchedule { lines.append("the schedule begins at this step") }
    if restartsOptimizer { lines.append("the optimiser's state begins at zero") }
    if forgetsBest {
      lines.append("earlier steps do not compare, and are no longer candidates for the best checkpoint")
    }
    return lines
  }

  var json: JSON {
    func value(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    return [
      "step": .integer(step),
      "changes": .array(
        changes.map { ["setting": .string($0.setting), "old": value($0.old), "new": value($0.new)] }),
      "optimizer_restarted": .bool(restartsOptimizer),
    ]
  }
}
