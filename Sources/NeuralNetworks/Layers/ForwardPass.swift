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
  /// Receives batch statistics times the number of samples, laid out like the store's buffers; the
  /// trainer sums them over shards and updates the running averages with the mean. Nil in evaluation.
  public let statistics: Tensor?
  /// First state of recurrent layers, which is replaced by their last; nil means zeros.
  public let carriedState: RecurrentState?
  /// Valid time steps (not padding) of each sample, at least 1, for the next layer; nil if all are valid.
  /// Values after them are undefined. Layers that look at other time steps respect the lengths, layers that change the
  /// number of time steps change them, and layers that remove the time axis set nil.
  public internal(set) var lengths: [Int]?
  /// With an observer, layers are not fused, so that it sees the output of each.
  public var observer: LayerObserver?

  public init(
    tape: Tape, mode: Mode, seed: UInt64 = 0, step: Int = 0, firstSample: Int = 0, statistics: Tensor? = nil,
    carriedState: RecurrentState? = nil, lengths: [Int]? = nil, observer: LayerObserver? = nil
  ) {
    (self.tape, self.mode, self.seed, self.step) = (tape, mode, seed, step)
    (self.firstSample, self.statistics) = (firstSample, statistics)
    (self.carriedState, self.lengths, self.observer) = (carriedState, lengths, observer)
  }

  /// Key of a layer's dropout in this pass.
  ///
  /// - Parameter ordinal: The layer's number, from `ModelBuilder.takeOrdinal`.
  func dropoutKey(_ ordinal: UInt32) -> DropoutKey {
    DropoutKey(seed: seed, step: step, firstSample: firstSample, layer: ordinal)
  }

  /// Keys and values of earlier rows, for generation; nil in training, where passes are independent.
  public var attentionCache: AttentionCache?

  /// Called between the model's outermost layers: once it returns true, the rest is skipped and the output is meaningless.
  public var isAbandoned: (() -> Bool)?

  /// Measures the time of each layer; nil without measurement.
  public var layerTimes: LayerTimes? {
    didSet { tape.clock = layerTimes?.clock }
  }

  var fusesLayers: Bool { observer == nil }
}

/// Receives the output and path of every layer, nested ones included, in the order of computation: to find where a value
/// went wrong, or to inspect or change representations.
///
/// It returns another variable of the same shape to replace the output, or nil. `Variable.observingGradient` gives the
/// loss's gradient with respect to the output.
public typealias LayerObserver = (_ path: String, _ output: Variable) -> Variable?

/// Passes of several parts of one batch, side by side. There may be none, if all parts with samples are computed elsewhere.
public final class JointPass {
  /// The tapes on which layers over the whole batch exchange values; nil if the batch has one part, or no layer spans it.
  public let tapes: TapeGroup?
  /// In the order of the tapes, one pass for each.
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

  /// Applies a function to each part alone.
  func each(_ values: [Variable], _ compute: (Variable, ForwardPass) throws -> Variable) rethrows -> [Variable] {
    try zip(values, parts).map { try compute($0, $1) }
  }

  /// The outputs of a layer after its observers.
  func observed(_ outputs: [Variable], of layer: any Layer) -> [Variable] {
    each(outputs) { output, part in
      guard let observer = part.observer, let other = observer(layer.path, output) else { return output }
      precondition(
        other.shape == output.shape, "an observer replaces \(output.shape) of \(layer.path) by \(other.shape)")
      return other
    }
  }
}
