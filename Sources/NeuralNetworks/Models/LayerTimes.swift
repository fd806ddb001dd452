import Autograd

/// Time of each layer of a model, forward and backward, without that of nested layers. The time of a fused activation belongs
/// to the layer before it.
public final class LayerTimes {
  /// Numbers of layers are their indices in `Model.layers`, from 1.
  let clock: OperationClock
  private let numbers: [ObjectIdentifier: Int]
  private let layers: [any Layer]

  /// - Parameters:
  ///   - model: The model that is timed.
  ///   - now: A clock in nanoseconds.
  public init(of model: Model, now: @escaping () -> UInt64) {
    layers = model.layers
    numbers = Dictionary(uniqueKeysWithValues: layers.enumerated().map { (ObjectIdentifier($1), $0 + 1) })
    clock = OperationClock(owners: layers.count, now: now)
  }

  func enter(_ layer: any Layer) { clock.enter(numbers[ObjectIdentifier(layer)] ?? 0) }

  func leave() { clock.leave() }

  /// Forgets all times.
  public func reset() { clock.reset() }

  /// Nanoseconds by layer, in the order of `Model.layers`; the loss comes last, and its forward pass is not measured.
  public var nanoseconds: [(forward: UInt64, backward: UInt64)] {
    let owners = layers.indices.map { $0 + 1 } + [0]
    return owners.map { (clock.forward[$0], clock.backward[$0]) }
  }
}
