/// Result of classifying an image file.
public struct ImagePrediction: Sendable, Equatable {
  public let file: String
  /// Number of the likeliest class.
  public let predicted: Int
  /// A probability for each class, in the order of the model's outputs.
  public let probabilities: [Double]
}

extension Collection where Element: Comparable, Index == Int {
  /// Position of the largest element from the start, the first of equal ones: so the training loss counts a prediction too.
  var indexOfLargest: Int {
    var largest = startIndex
    for index in indices where self[index] > self[largest] { largest = index }
    return largest - startIndex
  }
}
