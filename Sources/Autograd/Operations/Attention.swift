import CKernels
import Tensors

extension Variable {
  /// Scaled dot-product attention of a sequence to itself (Vaswani et al., 2017, equation 1), all heads at once.
  ///
  /// Input `[batch, time, 3·width]`: queries, keys and values side by side, each with its `heads` heads side by side;
  /// output `[batch, time, width]`. No matrix of time × time is kept: as in FlashAttention (Dao et al., 2022, algorithms 1 and 4)
  /// the forward pass keeps each row's log Σ exp(score), and the backward pass recomputes the scores, one
  /// block of query rows at a time. Memory beside inputs and outputs is 2 · blockRows · time.
  ///
  /// - Parameters:
  ///   - heads: Number of attention heads, which divides the width.
  ///   - causal: Whether each time step sees itself and earlier ones only.
  ///   - lengths: Valid time steps (not padding) of each sample, at least 1; nil if all are valid.
  ///   - dropout: Zeroes probabilities after the softmax.
  ///   - blockRows: Number of query rows that are computed together. It determines the order of sums, and so the bits.
  public func selfAttention(
    heads: Int, causal: Bool, lengths: [Int]? = nil, dropout: AttentionDropout? = nil,
    blockRows: Int = AttentionGeometry.defaultBlockRows
  ) -> Variable {
    precondition(
      shape.count == 3 && heads > 0 && shape[2] % (3 * heads) == 0,
      "attention of \(heads) heads on packed queries, keys and values \(shape)")
    let (batch, time, width) = (shape[0], shape[1], shape[2] / 3)
    let geometry = AttentionGeometry(
      batch: batch, queries: time, keys: time, heads: heads, size: width / heads, isCausal: causal, lengths: lengths,
      blockRows: blockRows, dropout: dropout)
    let output = Tensor(uninitialized: [batch, time, width], dtype: dtype, pool: tape.pool)
    let logSums = Tensor(uninitialized: [batch, heads, time], dtype: dtype, pool: tape.pool)
    let packed = PackedHeads(value, size: width / heads)
    let outputRows = HeadRows(output, size: width / heads)
    geometry.forward(
      queries: packed.queries, keys: packed.keys, values: packed.values, output: outputRows, logSums: logSums,
      pool: tape.pool)
    return tape.record(output, inputs: [self]) { [self] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        geometry.backward(
          packed, output: HeadRows(output, size: width / heads), logSums: logSums,
          outputGradient: HeadRows(gradient, size: width / heads),
          into: PackedHeads(target, size: width / heads), adding: adding, pool: tape.pool)
      }
    }
  }
}

/// The heads' rows inside a tensor `[batch, time, channels]`: element i of (sample, head, time) lies at
/// sample · rows · stride + time · stride + head · size + i.
struct HeadRows {
  let pointer: UnsafeMutableRawPointer
  let dtype: DType
  /// Number of rows of one sample, and of elements from one row to the next.
  let rows: Int
  let stride: Int
  /// Number of elements of a head.
  let size: Int

  /// - Parameter channel: First element of the first head in every row.
  init(_ tensor: Tensor, size: Int, channel: Int = 0) {
    (dtype, rows, stride, self.size) = (tensor.dtype, tensor.shape[1], tensor.shape[2], size)
    pointer = tensor.pointer + channel * tensor.dtype.size
  }

  func row(_ sample: Int, _ head: Int, _ time: Int) -> UnsafeMutableRawPointer {
    pointer + ((sample * rows + time) * stride + head * size) * dtype.size
  }

  func matrix(_ sample: Int, _ head: Int, from time: Int = 0, transposed: Bool = false) -> MatrixView {
    MatrixView(row(sample, head, time), stride: stride, transposed: transposed)
  }

  /// Zeroes one head's rows.
  func clear(_ sample: Int, _ head: Int, _ times: Range<Int>) {
    for time in times {
      row(sample, head, time).initializeMemory(as: UInt8.self, repeating: 0, count: size * dtype.size)
    }
  }
}

/// Queries, keys and values in one tensor `[batch, time, 3·width]`.
struct PackedHeads {
  let queries: HeadRows
  let keys: HeadRows
  let values: HeadRows

  init(_ tensor: Tensor, size: Int) {
    let width = tensor.shape[2] / 3
    queries = HeadRows(tensor, size: size)
    keys = HeadRows(tensor, size: size, channel: width)
    values = HeadRows(tensor, size: size, channel: 2 * width)
  }
}

extension Tensor {
  /// Attention of new rows to themselves and to earlier rows, without a tape: for evaluation.
  ///
  /// - Parameters:
  ///   - packed: `[batch, time, 3·width]`: queries (keys and values are those of `stored`).
  ///   - stored: `[batch, capacity, 3·width]`, whose first `keys` rows are valid; the last of those are the new ones.
  ///   - keys: Number of rows of `stored` that count, in each sample.
  ///   - heads: Number of attention heads, which divides the width.
  ///   - causal: Whether each time step sees itself and earlier ones only.
  ///   - pool: Memory for the result.
  /// - Returns: `[batch, time, width]`.
  public static func attention(
    _ packed: Tensor, to stored: Tensor, keys: Int, heads: Int, causal: Bool, pool: StoragePool
  ) -> Tensor {
    let (batch, time, width) = (packed.shape[0], packed.shape[1], packed.shape[2] / 3)
    let geometry = AttentionGeometry(
      batch: batch, queries: time, keys: keys, heads: heads, size: width / heads, isCausal: causal, lengths: nil,
      blockRows: AttentionGeometry.defaultBlockRows)
    let output = Tensor(uninitialized: [batch, time, width], dtype: packed.dtype, pool: pool)
    let logSums = Tensor(uninitialized: [batch, heads, time], dtype: packed.dtype, pool: pool)
    let rows = PackedHeads(stored, size: width / heads)
    geometry.forward(
      queries: PackedHeads(packed, size: width / heads).queries, keys: rows.keys, values: rows.values,
      output: HeadRows(output, size: width / heads), logSums: logSums, pool: pool)
    return output
  }
}
