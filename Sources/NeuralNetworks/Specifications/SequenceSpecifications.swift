/// A table of learned vectors, one for each token.
public struct EmbeddingSpecification: Sendable, Equatable {
  /// Number of different tokens; nil takes that of the data.
  public var vocabulary: Int?
  /// Elements of each vector.
  public var width: Int
  /// Of the normal distribution that the vectors start from (PyTorch's convention is 1).
  public var standardDeviation: Double

  public init(vocabulary: Int? = nil, width: Int, standardDeviation: Double = 1) {
    (self.vocabulary, self.width, self.standardDeviation) = (vocabulary, width, standardDeviation)
  }
}
