import JSON

/// The curves of a run: losses and accuracies by step, from the records of `metrics.jsonl`.
public struct RunCurves: Sendable {
  package enum Split: String, Sendable, CaseIterable {
    case training = "train"
    case validation
    case test

    package var name: String { self == .training ? "training" : rawValue }
  }

  /// Values of one split, by step and by epoch.
  package struct Values: Sendable {
    /// Enough for a picture's width; a picture of all curves has about 30 KB.
    private static let limit = 300

    fileprivate var loss = ThinnedPoints(limit: limit)
    fileprivate var accuracy = ThinnedPoints(limit: limit)
    fileprivate var lossByEpoch = ThinnedPoints(limit: limit)
    fileprivate var accuracyByEpoch = ThinnedPoints(limit: limit)
  }

  package enum Axis: Sendable {
    case steps
    case epochs

    package var title: String {
      switch self {
      case .steps: "step"
      case .epochs: "epoch"
      }
    }
  }

  private var training = Values()
  private var validation = Values()
  private var test = Values()
  /// Epochs up to the last record.
  package private(set) var epochs = 0.0

  package init() {}

  private subscript(split: Split) -> Values {
    switch split {
    case .training: training
    case .validation: validation
    case .test: test
    }
  }

  /// Adds a logged step or an evaluation; other records have no part in curves.
  package mutating func add(_ record: JSON) {
    guard let split = record["split"]?.text.flatMap(Split.init), let step = record["step"]?.numberValue else { return }
    let epoch = record["epoch"]?.numberValue
    epochs = max(epochs, epoch ?? 0)
    func add(to values: inout Values) {
      if let loss = record["loss"]?.numberValue {
        values.loss.add(.init(step, loss))
        if let epoch { values.lossByEpoch.add(.init(epoch, loss)) }
      }
      if let accuracy = record["accuracy"]?.numberValue {
        values.accuracy.add(.init(step, accuracy))
        if let epoch { values.accuracyByEpoch.add(.init(epoch, accuracy)) }
      }
    }
    switch split {
    case .training: add(to: &training)
    case .validation: add(to: &validation)
    case .test: add(to: &test)
    }
  }

  package var isEmpty: Bool { Split.allCases.allSatisfy { loss($0).isEmpty && accuracy($0).isEmpty } }

  package func loss(_ split: Split, by axis: Axis = .steps) -> [Curve.Point] {
    axis == .steps ? self[split].loss.points : self[split].lossByEpoch.points
  }

  package func accuracy(_ split: Split, by axis: Axis = .steps) -> [Curve.Point] {
    axis == .steps ? self[split].accuracy.points : self[split].accuracyByEpoch.points
  }
}
