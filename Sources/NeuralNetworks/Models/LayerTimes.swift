import Autograd

/// The time that each layer of a model takes, forward and backward, apart from that of the layers inside it. An activation that
/// is computed together with the layer in front of it counts for that one.
public final class LayerTimes {
  /// Numbers of layers are their indices in `Model.layers`, from 1.
  let clock: OperationClock
  private let numbers: [ObjectIdentifier: Int]
  private let layers: [any Layer]

  /// - Parameter now: A clock in nanoseconds.
  public init(of model: Model, now: @escaping () -> UInt64) {
    layers = model.layers
    numbers = Dictionary(uniqueKeysWithValues: layers.enumerated().map { (ObjectIdentifier($1), $0 + 1) })
    clock = OperationClock(owners: layers.count, now: now)
  }

  func enter(_ layer: any Layer) { clock.enter(numbers[ObjectIdentifier(layer)] ?? 0) }

  func leave() { clock.leave() }

  /// Forgets all times.
  public func reset() { clock.reset() }

  /// Nanoseconds by layer, in the order of `Model.layers`; behind them the loss, whose forward pass is not measured.
  public var nanoseconds: [(forward: UInt64, backward: UInt64)] {
    let owners = layers.indices.map { $0 + 1 } + [0]
    return owners.map { (clock.forward[$0], clock.backward[$0]) }
  }
}
