/// Result of an evaluation for one sample of a split.
public struct SamplePrediction: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    /// Numbers of the true and of the likeliest class, and a probability for each class.
    case ofClasses(actual: Int, predicted: Int, probabilities: [Double])
    /// A window of a text: the position in the split of its first token, the number of tokens that are predicted, each from
    /// those before it in the window, and how many of them are the likeliest.
    case window(position: Int, tokens: Int, correct: Int)
  }

  /// Number of the sample in its split.
  public let sample: Int
  /// Path of its file; nil if samples are not files.
  public let file: String?
  public let content: Content
  /// The loss of this sample alone, a mean over the tokens of a window; nil if its class has the weight 0.
  public let loss: Double?
}
