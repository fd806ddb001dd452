import Tensors

extension Variable {
  /// The matrix product, `[rows, inner]` and `[inner, columns]`; either may be given transposed.
  public func matrixProduct(
    _ other: Variable, transposingSelf: Bool = false, transposingOther: Bool = false
  ) -> Variable {
    let (a, b) = (self, other)
    precondition(a.shape.count == 2 && b.shape.count == 2, "a matrix product of shapes \(a.shape) and \(b.shape)")
    let rows = a.shape[transposingSelf ? 1 : 0]
    let columns = b.shape[transposingOther ? 0 : 1]
    let output = Tensor(uninitialized: [rows, columns], dtype: dtype, pool: tape.pool)
    output.writeMatrixProduct(a.value, transposingSelf, b.value, transposingOther, adding: false)
    return tape.record(output, inputs: [a, b]) { gradient in
      // C = A·B: dA = dC·Bᵀ and dB = Aᵀ·dC; transposed if the operand was.
      a.tape.accumulateGradient(of: a) { target, adding in
        if transposingSelf {
          target.writeMatrixProduct(b.value, transposingOther, gradient, true, adding: adding)
        } else {
          target.writeMatrixProduct(gradient, false, b.value, !transposingOther, adding: adding)
        }
      }
      b.tape.accumulateGradient(of: b) { target, adding in
        if transposingOther {
          target.writeMatrixProduct(gradient, true, a.value, transposingSelf, adding: adding)
        } else {
          target.writeMatrixProduct(a.value, !transposingSelf, gradient, false, adding: adding)
        }
      }
    }
  }
}

extension Tensor {
  /// self = a·b, or self += a·b.
  func writeMatrixProduct(_ a: Tensor, _ transposingA: Bool, _ b: Tensor, _ transposingB: Bool, adding: Bool) {
    BLAS.multiply(
      a, transposeA: transposingA, b, transposeB: transposingB, into: self, beta: adding ? 1 : 0)
  }
}
