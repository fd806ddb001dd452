/// What a run minimises, averaged over the global batch.
public enum LossSpecification: Sendable, Equatable {
  /// Softmax and cross-entropy; with class weights the mean is weighted, Σwₗ / Σw, as in PyTorch.
  case crossEntropy(labelSmoothing: Double, classWeights: ClassWeights)
  /// K independent sigmoids against one-hot targets, mean over samples and classes.
  case binaryCrossEntropy
  /// Mean over samples and outputs of (output − one-hot target)².
  case meanSquaredError
}

public enum ClassWeights: Sendable, Equatable {
  case equal
  /// n / (K · nₖ) from the training split.
  case balanced
  case explicit([Double])
}

/// Stochastic gradient descent. With momentum v ← μv + g, w ← w − ηv (PyTorch's form).
public struct OptimizerSpecification: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable { case sgd }

  public var kind = Kind.sgd
  public var momentum = 0.0
  public var nesterov = false
  /// Added to the gradient as weight_decay · w, weights only (not biases, not normalisation).
  public var weightDecay = 0.0
  /// A loss term λ·Σw² over weights, so the gradient carries 2λw and the reported loss λΣw².
  public var l2 = 0.0
  /// Largest Euclidean norm of the whole gradient; nil leaves it alone.
  public var clipNorm: Double?

  public init() {}
}

/// Learning rate as a function of the step, counted from 0.
public struct ScheduleSpecification: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case constant(rate: Double)
    /// rate · gamma^⌊t / every⌋
    case step(rate: Double, gamma: Double, every: Int)
    /// From `rate` to `minimum` along half a cosine over the steps after the warm-up (Loshchilov and Hutter, 2017).
    case cosine(rate: Double, minimum: Double)
    /// Up and down between the two rates (Smith, 2017); each cycle's half is `cycleGrowth` times the last,
    /// each peak's height above the minimum `peakDecay` times the last.
    case triangular(minimum: Double, maximum: Double, halfCycle: Int, cycleGrowth: Double, peakDecay: Double)
  }

  public var kind = Kind.constant(rate: 0.01)
  /// Steps over which the rate climbs linearly from rate / warmupSteps to the full rate.
  public var warmupSteps = 0

  public init() {}
}
