import CKernels
import Tensors

/// Attention as matrix products over blocks of query rows, for heads at any stride.
public struct AttentionGeometry: Sendable {
  /// Scores of this many rows against a few hundred keys fit the second-level cache.
  public static let defaultBlockRows = 64

  let batch: Int
  let queries: Int
  let keys: Int
  let heads: Int
  let size: Int
  let isCausal: Bool
  let lengths: [Int]?
  let blockRows: Int
  let dropout: AttentionDropout?
  private let scale: Double

  /// The last query has the last key's position.
  init(
    batch: Int, queries: Int, keys: Int, heads: Int, size: Int, isCausal: Bool, lengths: [Int]?, blockRows: Int,
    dropout: AttentionDropout? = nil
  ) {
    precondition(blockRows > 0 && queries <= keys, "attention of \(queries) rows to \(keys) in blocks of \(blockRows)")
    precondition(
      lengths.map { $0.count == batch && $0.allSatisfy { (1...max(keys, 1)).contains($0) } } ?? true,
      "lengths \(lengths ?? []) for \(batch) sequences of \(keys)")
    (self.batch, self.queries, self.keys) = (batch, queries, keys)
    (self.heads, self.size, self.isCausal) = (heads, size, isCausal)
    (self.lengths, self.blockRows) = (lengths, min(blockRows, max(queries, 1)))
    scale = 1 / Double(size).squareRoot()
    self.dropout = dropout
  }

  /// A range of query rows, and the number of keys that any of them sees, from the first one on.
  private struct Block {
    let rows: Range<Int>
    let keys: Int
    /// Position of the first row among the keys; -1 if all rows see the same keys.
    let first: Int
  }

  private func block(_ index: Int, sample: Int) -> Block {
    let rows = index * blockRows..<min((index + 1) * blockRows, queries)
    let length = lengths?[sample] ?? keys
    let offset = keys - queries
    return Block(
      rows: rows, keys: isCausal ? min(offset + rows.upperBound, length) : length,
      first: isCausal ? offset + rows.lowerBound : -1)
  }

  var blocks: Int { (queries + blockRows - 1) / blockRows }

  /// output = softmax(scale · Q·Kᵀ)·V; `logSums` `[batch, heads, queries]` takes what the backward pass requires.
  func forward(
    queries q: HeadRows, keys k: HeadRows, values v: HeadRows, output: HeadRows, logSums: Tensor, pool: StoragePool
  ) {
    let type = q.dtype.kernelType
    let scores = Tensor(uninitialized: [blockRows * keys], dtype: q.dtype, pool: pool)
    let columns = HeadColumns(self, dtype: q.dtype, pool: pool)
    for sample in 0..<batch {
      for head in 0..<heads {
        let transposedKeys = columns.read(k, sample, head)
        for index in 0..<blocks {
          let block = block(index, sample: sample)
          let (rows, matrix) = (block.rows.count, MatrixView(scores.pointer, stride: block.keys))
          computeScores(block, sample, head, q, transposedKeys, into: matrix)
          ck_attention_softmax(
            type, rows, block.keys, block.first, scores.pointer, logSum(logSums, sample, head, block))
          drop(scores, block, sample, head)
          BLAS.multiply(
            q.dtype, m: rows, n: size, k: block.keys, matrix, v.matrix(sample, head),
            into: output.matrix(sample, head, from: block.rows.lowerBound))
        }
      }
    }
  }

  /// With P the probabilities: dV = Pᵀ·dO, dP = dO·Vᵀ, dS = P ∘ (dP − rowsum(dO ∘ O)), dQ = scale · dS·K, dK = scale · dSᵀ·Q.
  /// With dropout, D ∘ P replaces P in the first equation, and D ∘ dP replaces dP.
  func backward(
    _ x: PackedHeads, output: HeadRows, logSums: Tensor, outputGradient: HeadRows, into target: PackedHeads,
    adding: Bool, pool: StoragePool
  ) {
    let dtype = output.dtype
    let type = dtype.kernelType
    let scores = Tensor(uninitialized: [blockRows * keys], dtype: dtype, pool: pool)
    let gradients = Tensor(uninitialized: [blockRows * keys], dtype: dtype, pool: pool)
    let delta = Tensor(uninitialized: [blockRows], dtype: dtype, pool: pool)
    let (keyColumns, valueColumns) = (
      HeadColumns(self, dtype: dtype, pool: pool), HeadColumns(self, dtype: dtype, pool: pool)
    )
    for sample in 0..<batch {
      for head in 0..<heads {
        let (transposedKeys, transposedValues) = (
          keyColumns.read(x.keys, sample, head), valueColumns.read(x.values, sample, head)
        )
        // Last block first: it sees all keys that any block sees, so it can write where the others add.
        for index in (0..<blocks).reversed() {
          let block = block(index, sample: sample)
          let (rows, count) = (block.rows.count, block.keys)
          let isFirst = index == blocks - 1 && !adding
          let (p, d) = (MatrixView(scores.pointer, stride: count), MatrixView(gradients.pointer, stride: count))
          let dO = outputGradient.matrix(sample, head, from: block.rows.lowerBound)
          computeScores(block, sample, head, x.queries, transposedKeys, into: p)
          BLAS.multiply(dtype, m: rows, n: count, k: size, dO, transposedValues, into: d)
          drop(gradients, block, sample, head)
          ck_row_dots(
            type, rows, size, output.stride, output.row(sample, head, block.rows.lowerBound), dO.pointer,
            delta.pointer)
          ck_attention_softmax_backward(
            type, rows, count, block.first, scale, logSum(logSums, sample, head, block), delta.pointer,
            scores.pointer, gradients.pointer)
          drop(scores, block, sample, head)

          let pT = MatrixView(scores.pointer, stride: count, transposed: true)
          let dT = MatrixView(gradients.pointer, stride: count, transposed: true)
          let beta = isFirst ? 0.0 : 1
          if isFirst {
            target.keys.clear(sample, head, count..<keys)
            target.values.clear(sample, head, count..<keys)
          }
          BLAS.multiply(
            dtype, m: count, n: size, k: rows, pT, dO, beta: beta, into: target.values.matrix(sample, head))
          BLAS.multiply(
            dtype, m: count, n: size, k: rows, dT, x.queries.matrix(sample, head, from: block.rows.lowerBound),
            beta: beta, into: target.keys.matrix(sample, head))
          BLAS.multiply(
            dtype, m: rows, n: size, k: count, d, x.keys.matrix(sample, head), beta: adding ? 1 : 0,
            into: target.queries.matrix(sample, head, from: block.rows.lowerBound))
        }
      }
    }
  }

  /// Drops the same probabilities as in the forward pass: draws are keyed by sample, head, row and key, not by block.
  private func drop(_ block: Tensor, _ rowBlock: Block, _ sample: Int, _ head: Int) {
    guard let dropout else { return }
    let rowBlocks = (keys + 3) / 4
    ck_dropout_in_place(
      block.dtype.kernelType, rowBlock.rows.count, rowBlock.keys, dropout.rate, dropout.stream(ofSample: sample).key,
      UInt32(truncatingIfNeeded: (head * queries + rowBlock.rows.lowerBound) * rowBlocks), UInt32(rowBlocks),
      block.pointer)
  }

  private func computeScores(
    _ block: Block, _ sample: Int, _ head: Int, _ queries: HeadRows, _ keys: MatrixView, into scores: MatrixView
  ) {
    BLAS.multiply(
      queries.dtype, m: block.rows.count, n: block.keys, k: size, alpha: scale,
      queries.matrix(sample, head, from: block.rows.lowerBound), keys, into: scores)
  }

  private func logSum(_ sums: Tensor, _ sample: Int, _ head: Int, _ block: Block) -> UnsafeMutableRawPointer {
    sums.pointer + ((sample * heads + head) * queries + block.rows.lowerBound) * sums.dtype.size
  }
}
