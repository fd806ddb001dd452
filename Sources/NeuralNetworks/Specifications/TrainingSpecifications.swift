/// The loss that a run minimises, averaged over the global batch.
public enum LossSpecification: Sendable, Equatable {
  /// Softmax and cross-entropy; with class weights the mean is weighted, Σwₗ / Σw, as in PyTorch.
  case crossEntropy(labelSmoothing: Double, classWeights: ClassWeights)
  /// K independent sigmoids against one-hot targets, mean over samples and classes.
  case binaryCrossEntropy
  /// Mean over samples and outputs of (output − one-hot target)².
  case meanSquaredError

  public var isCrossEntropy: Bool { if case .crossEntropy = self { true } else { false } }
}

public enum ClassWeights: Sendable, Equatable {
  case equal
  /// n / (K · nₖ) from the training split.
  case balanced
  case explicit([Double])
}

/// How a gradient changes the weights.
public struct OptimizerSpecification: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// With momentum v ← μv + g, w ← w − ηv (PyTorch's form).
    case sgd
    /// Kingma and Ba, 2015.
    case adam
    /// Adam with decoupled weight decay (Loshchilov and Hutter, 2019).
    case adamW = "adamw"
  }

  /// How much of Adam's averages of the gradient and of its square is kept in a step.
  public struct Betas: Sendable, Equatable {
    public var first: Double
    public var second: Double

    public init(_ first: Double, _ second: Double) { (self.first, self.second) = (first, second) }
  }

  public var kind = Kind.sgd
  public var momentum = 0.0
  public var nesterov = false
  public var betas = Betas(0.9, 0.999)
  /// Added to the root of Adam's second moment.
  public var epsilon = 1e-8
  /// Added to the gradient as weight_decay · w, weights only (not biases, not normalisation); AdamW instead takes
  /// η · weight_decay · w off the weight.
  public var weightDecay = 0.0
  /// A loss term λ·Σw² over weights, so the gradient carries 2λw and the reported loss λΣw².
  public var l2 = 0.0
  /// Largest Euclidean norm of the whole gradient; nil leaves it alone.
  public var clipNorm: Double?
  /// Largest magnitude of each of the gradient's elements; nil leaves them alone.
  public var clipValue: Double?

  public init(_ kind: Kind = .sgd) { self.kind = kind }
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
  /// Steps over which the rate climbs linearly from rate / warmupSteps to the full rate; a shorter run cuts it.
  public var warmupSteps = 0

  public init() {}
}
