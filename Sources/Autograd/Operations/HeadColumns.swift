import CKernels
import Tensors

/// One head's keys or values as columns. At these sizes OpenBLAS takes 1.5 times as long with a transposed right factor, so
/// a copy pays off for several blocks of query rows.
struct HeadColumns {
  private let keys: Int
  private let size: Int
  /// `[keys, size]` and its transpose; nil for a single block.
  private let buffers: (rows: Tensor, columns: Tensor)?

  init(_ geometry: AttentionGeometry, dtype: DType, pool: StoragePool) {
    (keys, size) = (geometry.keys, geometry.size)
    buffers =
      geometry.blocks > 1
      ? (
        Tensor(uninitialized: [keys, size], dtype: dtype, pool: pool),
        Tensor(uninitialized: [size, keys], dtype: dtype, pool: pool)
      ) : nil
  }

  /// The head's rows, transposed, until the next call.
  func read(_ heads: HeadRows, _ sample: Int, _ head: Int) -> MatrixView {
    guard let (rows, columns) = buffers else { return heads.matrix(sample, head, transposed: true) }
    let type = heads.dtype.kernelType
    ck_copy_rows(type, keys, size, heads.row(sample, head, 0), heads.stride, rows.pointer, size, false)
    ck_transpose(type, 1, keys, size, rows.pointer, columns.pointer)
    return MatrixView(columns)
  }
}
