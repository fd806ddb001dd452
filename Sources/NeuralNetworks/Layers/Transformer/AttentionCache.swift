import Autograd
import Tensors

/// Keys and values of the rows that a transformer has read, so that later rows require no second pass over them: for
/// generating text token by token. One cache for each growing sequence (or batch of sequences of equal length).
public final class AttentionCache {
  /// Number of rows so far, which is the position of the next one.
  public private(set) var position = 0
  public let capacity: Int
  private let pool: StoragePool
  /// By layer, each `[batch, capacity, 3·width]`, packed as in the layers.
  private var layers: [Tensor?] = []

  /// - Parameters:
  ///   - capacity: The longest sequence, the model's context.
  ///   - pool: Memory for the cache.
  public init(capacity: Int, pool: StoragePool) { (self.capacity, self.pool) = (capacity, pool) }

  /// Removes all rows.
  public func reset() { position = 0 }

  /// Counts rows that all layers have read; called by the model at the end of a pass.
  func advance(by rows: Int) { position += rows }

  /// Appends the new rows' keys and values, and computes the attention of the new queries to all rows.
  ///
  /// - Parameter packed: Queries, keys and values of the new rows, `[batch, time, 3·width]`.
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
