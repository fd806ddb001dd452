import Configuration

/// Reason why a list of layers is not a model: the layer, its input, and its requirement.
public struct ModelError: Error, Equatable, CustomStringConvertible {
  /// Dotted path of the layer: `3.body.0`; empty for the model as a whole.
  public let path: String
  /// The layer's word in configurations: `max_pool`.
  public let kind: String
  /// Shape of one sample that reaches the layer.
  public let inputShape: [Int]
  /// The problem, shapes included.
  public let problem: String
  /// Advice for a person.
  public let hint: String

  public init(path: String, kind: String, inputShape: [Int], problem: String, hint: String) {
    (self.path, self.kind, self.inputShape) = (path, kind, inputShape)
    (self.problem, self.hint) = (problem, hint)
  }

  public var description: String {
    let subject = path.isEmpty ? "the model" : "layer \(path) (\(kind))"
    return "\(subject): \(problem); \(hint)"
  }
}

/// `[32, 32, 3]` as messages write it: `32×32×3`.
func describe(_ shape: [Int]) -> String {
  shape.map(String.init).joined(separator: "×")
}

func describe(_ extent: Extent) -> String { describe([extent.height, extent.width]) }
