import Autograd
import Tensors

/// A differentiable function with parameters. Layers know shapes and mathematics; they know nothing of
/// ranks, shards or optimisers.
public protocol Layer: AnyObject {
  /// Dotted path of this layer in its model, `""` for the model itself.
  var path: String { get }

  /// The word that configurations and messages use for this kind of layer.
  var name: String { get }

  /// Shape of one sample's output, for messages and for building what follows.
  var outputShape: [Int] { get }

  /// The layer's own parameters in declaration order; those of layers inside it are not among them.
  var parameters: [Parameter] { get }

  /// Layers inside this one, in order.
  var children: [any Layer] { get }

  /// Names and widths of the states that the layer hands from one pass to the next: see `RecurrentState`.
  var carriedStates: [(name: String, width: Int)] { get }

  /// `x` is `[batch] + inputShape`, the result `[batch] + outputShape`.
  func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable

  /// Whether the layer, apart from those inside it, looks at the whole batch: then all parts of a batch have to be
  /// passed through the model side by side.
  var spansBatch: Bool { get }

  /// Several parts of one batch, each as above. A layer that spans the batch or holds other layers has a form of its own.
  func callAsFunction(_ parts: [Variable], _ pass: JointPass) throws -> [Variable]
}

extension Layer {
  public var parameters: [Parameter] { [] }
  public var children: [any Layer] { [] }
  public var spansBatch: Bool { false }
  public var carriedStates: [(name: String, width: Int)] { [] }

  public func callAsFunction(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    zip(parts, pass.parts).map { self($0, $1) }
  }
}

/// A layer that can apply the activation behind it in the same pass over memory.
protocol ActivationFusing: Layer {
  /// Takes the activation on if it can; the activation's own layer then passes values through.
  func fuse(_ activation: Activation) -> Bool
}

/// Context of a forward pass for its layers.
public final class ForwardPass {
  public enum Mode: Sendable { case training, evaluation }

  public let tape: Tape
  public let mode: Mode
  /// Keys of this pass's random draws: the run's seed, the step, and each sample's position in the global batch.
  public let seed: UInt64
  public let step: Int
  public let firstSample: Int
  /// Takes batch statistics times the number of samples, laid out like the store's buffers; the
  /// trainer sums it over shards and folds the average into the running averages. Nil in evaluation.
  public let statistics: Tensor?
  /// Where recurrent layers start from and leave their last state; nil starts them at zero.
  public let carriedState: RecurrentState?
  /// Places in time of each sample that are no padding, at least 1, for the layer that comes next; nil where all are.
  /// Values behind them are undefined. Layers that look at other places in time heed them, layers that change the
  /// number of places change them too, and layers that take time away end them.
  public internal(set) var lengths: [Int]?
  /// Called with every layer's path and output, in order: to find where a value went wrong, or to look at
  /// representations. Layers are not fused while there is an observer, so that it sees each one's own output.
  public var observer: ((String, Tensor) -> Void)?

  public init(
    tape: Tape, mode: Mode, seed: UInt64 = 0, step: Int = 0, firstSample: Int = 0, statistics: Tensor? = nil,
    carriedState: RecurrentState? = nil, lengths: [Int]? = nil, observer: ((String, Tensor) -> Void)? = nil
  ) {
    (self.tape, self.mode, self.seed, self.step) = (tape, mode, seed, step)
    (self.firstSample, self.statistics) = (firstSample, statistics)
    (self.carriedState, self.lengths, self.observer) = (carriedState, lengths, observer)
  }

  /// Keys and values of rows seen before, for generating; nil in training, where every pass stands alone.
  public var attentionCache: AttentionCache?

  /// Asked between the model's outermost layers: once it says so the rest is left out, and the pass's output means nothing.
  public var isAbandoned: (() -> Bool)?

  var fusesLayers: Bool { observer == nil }
}

/// Passes of several parts of one batch in training, side by side. There may be none, when all parts with samples are
/// computed elsewhere.
public final class JointPass {
  public let tapes: TapeGroup
  /// In the order of the tapes, each on its own one.
  public let parts: [ForwardPass]

  public init(_ tapes: TapeGroup, parts: [ForwardPass]) {
    precondition(
      tapes.tapes.count == parts.count && zip(tapes.tapes, parts).allSatisfy { $0 === $1.tape },
      "\(parts.count) passes for \(tapes.tapes.count) tapes, or not in their order")
    (self.tapes, self.parts) = (tapes, parts)
  }

  var fusesLayers: Bool { parts.allSatisfy(\.fusesLayers) }
}
