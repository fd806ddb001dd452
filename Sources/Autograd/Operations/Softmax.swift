import CKernels
import Tensors

/// Softmax along the last dimension.
extension Variable {
  public func softmax() -> Variable {
    let (rows, columns) = rowsAndColumns
    let output = emptyLike()
    ck_softmax(type, rows, columns, value.pointer, output.pointer)
    return tape.record(output, inputs: [self]) { [self] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        ck_softmax_backward(type, rows, columns, output.pointer, gradient.pointer, target.pointer, adding)
      }
    }
  }

  /// Product of all dimensions but the last, and the last.
  var rowsAndColumns: (rows: Int, columns: Int) {
    let columns = value.size(-1)
    return (columns == 0 ? 0 : value.count / columns, columns)
  }
}
