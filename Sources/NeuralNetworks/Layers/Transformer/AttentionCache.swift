import Autograd
import Tensors

/// Keys and values of the rows that a transformer has seen, so that the next rows cost no second pass over them: for generating
/// text, token by token, in evaluation. One a sequence (or batch of sequences of one length) that grows.
public final class AttentionCache {
  /// Rows seen so far: where the next one stands.
  public private(set) var position = 0
  public let capacity: Int
  private let pool: StoragePool
  /// By layer, each `[batch, capacity, 3·width]`, as the layers pack them.
  private var layers: [Tensor?] = []

  /// - Parameter capacity: The longest sequence, the model's context.
  public init(capacity: Int, pool: StoragePool) { (self.capacity, self.pool) = (capacity, pool) }

  /// Forgets all rows.
  public func reset() { position = 0 }

  /// Counts rows that all layers have seen: the model does so at the end of a pass.
  func advance(by rows: Int) { position += rows }

  /// Puts the new rows' keys and values behind the old ones, and lets the new queries see them all.
  ///
  /// - Parameter packed: `[batch, time, 3·width]` of the new rows.
  func attend(_ packed: Tensor, layer: Int, heads: Int, causal: Bool) -> Tensor {
    let (batch, time, channels) = (packed.shape[0], packed.shape[1], packed.shape[2])
    precondition(position + time <= capacity, "\(time) rows after \(position) in a cache of \(capacity)")
    while layers.count <= layer { layers.append(nil) }
    let stored =
      layers[layer] ?? Tensor(uninitialized: [batch, capacity, channels], dtype: packed.dtype, pool: pool)
    layers[layer] = stored
    precondition(stored.shape[0] == batch && stored.shape[2] == channels, "rows \(packed.shape) for \(stored.shape)")
    for sample in 0..<batch {
      stored.rows(sample..<sample + 1).reshaped([capacity, channels]).rows(position..<position + time)
        .copy(from: packed.rows(sample..<sample + 1))
    }
    return Tensor.attention(packed, to: stored, keys: position + time, heads: heads, causal: causal, pool: pool)
  }
}
