import Tensors

/// Samples as the model takes them: a shard of a global batch, or a block of an evaluation.
public struct Batch: Sendable {
  /// `[count, height, width, channels]` or `[count, features]`, normalised; of texts `[count, time]`, numbers of tokens.
  public let inputs: Tensor
  /// `[count]` of `int32`; of texts `[count, time]`, the token that follows each.
  public let labels: Tensor
  /// A distribution over the classes for each sample, `[count, classes]`, each of which sums to 1, if samples are mixed; a
  /// sample's label is then its likeliest class. Nil if each sample has one class.
  public let distributions: Tensor?
  /// Number of each sample within its split; random draws for a sample are keyed by it.
  public let sampleIndices: [UInt32]
  /// Position of the first sample in the global batch (in the split, for evaluation).
  public let firstPosition: Int
  /// Valid time steps (not padding) of each sample, at least 1; nil if all samples are as long as the batch.
  public let lengths: [Int]?
  /// Whether the state that a recurrent layer carries from step to step is reset.
  public let beginsAnew: Bool

  public init(
    inputs: Tensor, labels: Tensor, distributions: Tensor? = nil, sampleIndices: [UInt32], firstPosition: Int,
    lengths: [Int]? = nil, beginsAnew: Bool = true
  ) {
    precondition(
      inputs.rowCount == sampleIndices.count && labels.shape.first == sampleIndices.count,
      "inputs \(inputs.shape) and labels \(labels.shape) for \(sampleIndices.count) samples")
    precondition(
      lengths.map { $0.count == sampleIndices.count } ?? true,
      "\(lengths?.count ?? 0) lengths for \(sampleIndices.count) samples")
    precondition(
      distributions.map { $0.shape.count == 2 && $0.rowCount == sampleIndices.count } ?? true,
      "distributions \(distributions?.shape ?? []) for \(sampleIndices.count) samples")
    (self.inputs, self.labels, self.distributions, self.lengths) = (inputs, labels, distributions, lengths)
    (self.sampleIndices, self.firstPosition, self.beginsAnew) = (sampleIndices, firstPosition, beginsAnew)
  }

  /// Number of samples; 0 for a shard without any.
  public var count: Int { sampleIndices.count }
}
