import Autograd
import Tensors

/// The rotary table of several layers, made when the first of them runs, so that a mere summary of the model requires no memory for it.
final class SharedRotaryTable {
  private(set) lazy var table = RotaryTable(positions: positions, size: size, dtype: dtype, pool: StoragePool())
  private let positions: Int
  private let size: Int
  private let dtype: DType

  init(positions: Int, size: Int, dtype: DType) {
    (self.positions, self.size, self.dtype) = (positions, size, dtype)
  }
}
