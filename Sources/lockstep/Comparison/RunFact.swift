import JSON
import PlainText

/// A row of results: a value that every run may have.
struct RunFact: Sendable {
  /// In the table.
  let label: String
  /// In JSON; the same as in `summary.json`.
  let key: String
  private let text: @Sendable (JSON) -> String?

  private init(_ label: String, _ key: String, _ text: @escaping @Sendable (JSON) -> String?) {
    (self.label, self.key, self.text) = (label, key, text)
  }

  func value(of run: RecordedRun) -> JSON { key == "state" ? .string(run.state) : run.value(key) }

  /// Nil if the run has no such value, or one of another type.
  func text(of run: RecordedRun) -> String? { text(value(of: run)) }

  static let all = [
    RunFact("state", "state") { $0.text },
    RunFact("steps", "steps") { $0.integerValue.map { "\($0)" } },
    RunFact("best step", "best_step") { $0.integerValue.map { "\($0)" } },
    RunFact("training loss", "train_loss", decimal(4)),
    RunFact("validation loss", "validation_loss", decimal(4)),
    RunFact("validation accuracy", "validation_accuracy", percent),
    RunFact("test loss", "test_loss", decimal(4)),
    RunFact("test accuracy", "test_accuracy", percent),
    RunFact("epochs", "epochs", decimal(2)),
    RunFact("time", "wall_seconds") { $0.numberValue.map { Format.duration($0) } },
    RunFact("samples/s", "samples_per_second", decimal(0)),
    RunFact("workers", "workers") { $0.integerValue.map { "\($0)" } },
    RunFact("parameters", "parameters") { $0.integerValue.map { Format.count($0) } },
    RunFact("continued after step", "history", continuedSteps),
    RunFact("date", "date") { $0.text },
    RunFact("version", "version") { $0.text },
    RunFact("processor", "processor") { $0.text },
    // Enough of the hash to see whether weights are equal.
    RunFact("weights", "weights_sha256") { $0.text.map { String($0.prefix(12)) } },
  ]

  private static func decimal(_ digits: Int) -> @Sendable (JSON) -> String? {
    { $0.numberValue.map { Format.decimal($0, digits) } }
  }

  /// Steps after which settings changed.
  private static let continuedSteps: @Sendable (JSON) -> String? = { history in
    let steps = history.elements?.compactMap { $0["step"]?.integerValue } ?? []
    return steps.isEmpty ? nil : steps.map { "\($0)" }.joined(separator: ", ")
  }

  private static let percent: @Sendable (JSON) -> String? = { $0.numberValue.map { Format.percent($0) } }
}
