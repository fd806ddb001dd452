/// Result of classifying an input.
public struct Classification: Sendable, Equatable {
  public struct Candidate: Sendable, Equatable {
    public let className: String
    public let probability: Double
  }

  /// Numbers of tokens of a text that is longer than the model reads.
  public struct Cut: Sendable, Equatable {
    public let tokens: Int
    /// Number of tokens that the model reads.
    public let length: Int
  }

  /// The text, or the image's path.
  public let input: String
  /// All classes, the most probable first; equal ones in the order of the model's outputs.
  public let candidates: [Candidate]

  /// Nil if the whole input was read.
  public let cut: Cut?

  init(input: String, probabilities: [Double], classNames: [String], cut: Cut?) {
    (self.input, self.cut) = (input, cut)
    let order = probabilities.indices.sorted { (probabilities[$0], $1) > (probabilities[$1], $0) }
    candidates = order.map { Candidate(className: classNames[$0], probability: probabilities[$0]) }
  }
}
