import Autograd
import Tensors

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
  /// trainer sums it over shards and updates the running averages with the mean. Nil in evaluation.
  public let statistics: Tensor?
  /// Where recurrent layers start from and leave their last state; nil starts them at zero.
  public let carriedState: RecurrentState?
  /// Valid time steps (not padding) of each sample, at least 1, for the next layer; nil if all are valid.
  /// Values behind them are undefined. Layers that look at other time steps respect them, layers that change the
  /// number of time steps change them too, and layers that take time away end them.
  public internal(set) var lengths: [Int]?
  /// Layers are not fused while there is an observer, so that it sees each one's own output.
  public var observer: LayerObserver?

  public init(
    tape: Tape, mode: Mode, seed: UInt64 = 0, step: Int = 0, firstSample: Int = 0, statistics: Tensor? = nil,
    carriedState: RecurrentState? = nil, lengths: [Int]? = nil, observer: LayerObserver? = nil
  ) {
    (self.tape, self.mode, self.seed, self.step) = (tape, mode, seed, step)
    (self.firstSample, self.statistics) = (firstSample, statistics)
    (self.carriedState, self.lengths, self.observer) = (carriedState, lengths, observer)
  }

  /// Keys and values of rows seen before, for generating; nil in training, where every pass stands alone.
  public var attentionCache: AttentionCache?

  /// Asked between the model's outermost layers: once it says so the rest is left out, and the pass's output means nothing.
  public var isAbandoned: (() -> Bool)?

  /// Takes the time of each layer; nil takes none.
  public var layerTimes: LayerTimes? {
    didSet { tape.clock = layerTimes?.clock }
  }

  var fusesLayers: Bool { observer == nil }
}

/// Sees every layer's output under the layer's path, those inside other layers too, in the order in which they are computed:
/// to find where a value went wrong, to look at representations, or to change them.
///
/// It returns another variable of the same shape to replace the output, nil to leave it. `Variable.observingGradient` gives it
/// the loss's gradient with respect to the output.
public typealias LayerObserver = (_ path: String, _ output: Variable) -> Variable?

/// Passes of several parts of one batch, side by side. There may be none, when all parts with samples are computed elsewhere.
public final class JointPass {
  /// The tapes on which layers over the whole batch exchange values; nil if the batch has one part, or no layer spans it.
  public let tapes: TapeGroup?
  /// In the order of the tapes, each on its own one.
  public let parts: [ForwardPass]

  public init(_ tapes: TapeGroup, parts: [ForwardPass]) {
    precondition(
      tapes.tapes.count == parts.count && zip(tapes.tapes, parts).allSatisfy { $0 === $1.tape },
      "\(parts.count) passes for \(tapes.tapes.count) tapes, or not in their order")
    (self.tapes, self.parts) = (tapes, parts)
  }

  /// A batch of one part.
  public init(_ part: ForwardPass) { (tapes, parts) = (nil, [part]) }

  var fusesLayers: Bool { parts.allSatisfy(\.fusesLayers) }

  /// The times of all parts are added up.
  var layerTimes: LayerTimes? { parts.first?.layerTimes }

  /// Computes something of each part alone.
  func each(_ values: [Variable], _ compute: (Variable, ForwardPass) throws -> Variable) rethrows -> [Variable] {
    try zip(values, parts).map { try compute($0, $1) }
  }

  /// The outputs of a layer as its observers leave them.
  func observed(_ outputs: [Variable], of layer: any Layer) -> [Variable] {
    each(outputs) { output, part in
      guard let observer = part.observer, let other = observer(layer.path, output) else { return output }
      precondition(
        other.shape == output.shape, "an observer replaces \(output.shape) of \(layer.path) by \(other.shape)")
      return other
    }
  }
}
