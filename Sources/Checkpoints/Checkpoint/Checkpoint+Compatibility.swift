extension Checkpoint {
  /// A tensor that a model requires: its name and its shape in files.
  public struct Expectation: Equatable, Sendable {
    public let name: String
    public let shape: [Int]

    public init(_ name: String, shape: [Int]) {
      (self.name, self.shape) = (name, shape)
    }
  }

  /// Throws, naming the parameters and buffers that differ, if these weights belong to another model.
  ///
  /// - Parameter expected: All parameters and buffers of the present model.
  public func requireWeights(_ expected: [Expectation]) throws(CheckpointError) {
    let differences = differences(from: expected)
    guard !differences.isEmpty else { return }
    let shown = differences.prefix(Self.shownDifferences).joined(separator: "; ")
    let more = differences.count > Self.shownDifferences ? "; \(differences.count - Self.shownDifferences) more" : ""
    throw CheckpointError(
      .incompatible, path: path, "a checkpoint of another model: \(shown)\(more)",
      hint: "use the configuration that the checkpoint was made with")
  }

  private static let shownDifferences = 6

  private func differences(from expected: [Expectation]) -> [String] {
    var differences: [String] = []
    var found: Set<String> = []
    let inFile = Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0.shape) })
    for tensor in expected {
      found.insert(tensor.name)
      if let shape = inFile[tensor.name] {
        if shape != tensor.shape {
          differences.append("\(tensor.name) is \(shape) in the checkpoint, \(tensor.shape) in the model")
        }
      } else {
        differences.append("\(tensor.name) \(tensor.shape) is missing in the checkpoint")
      }
    }
    for entry in weights where !found.contains(entry.name) {
      differences.append("\(entry.name) \(entry.shape) is not in the model")
    }
    return differences
  }
}
