import CKernels
import Tensors

/// Matrix products over all steps at once: of the input before the loop over time, and for the weights' gradients after it.
extension RecurrentPass {
  /// The input as rows of a table, if the table has fewer rows than there are steps: then the table is multiplied once and its
  /// rows are copied, and gradients of steps with the same row are summed before they are multiplied.
  private var lookup: TableLookup? {
    guard let lookup = input.lookup, 2 * lookup.table.shape[0] <= steps else { return nil }
    return lookup
  }

  /// The gates or their gradient, `[steps, width]`.
  private func matrix(_ gates: Tensor, transposed: Bool = false) -> MatrixView {
    MatrixView(gates.pointer, stride: stride, transposed: transposed)
  }

  /// gates = x·W_ihᵀ
  func writeInputMatrixProducts() {
    let weight = MatrixView(weights.input.value, transposed: true)
    guard let lookup else {
      return BLAS.multiply(
        dtype, m: steps, n: width, k: inputs, MatrixView(input.value.reshaped([steps, inputs])), weight,
        into: matrix(gates))
    }
    let table = lookup.table.value
    // Elements between the rows are copied too, but never used.
    let products = Tensor(zeros: [table.shape[0], stride], dtype: dtype, pool: pool)
    BLAS.multiply(
      dtype, m: table.shape[0], n: width, k: inputs, MatrixView(table), weight, into: MatrixView(products))
    let wrong = ck_embedding_forward(
      dtype.kernelType, steps, table.shape[0], stride, lookup.tokens.pointer, products.pointer, gates.pointer)
    precondition(wrong < 0, "token \(lookup.tokens[max(wrong, 0)]) at index \(wrong) for \(table.shape[0]) rows")
  }

  /// Adds the gradients of weights, biases and input; `gates` must hold the gates' gradients.
  func accumulateGradients() {
    let tape = input.tape
    accumulateBiasGradients()
    tape.accumulateGradient(of: weights.hidden) { target, adding in
      BLAS.multiply(
        dtype, m: width, n: hidden, k: steps, matrix(productGradients, transposed: true),
        MatrixView(previousStates().reshaped([steps, hidden])), beta: adding ? 1 : 0, into: MatrixView(target))
    }
    if let lookup { return accumulateGradients(lookup) }
    tape.accumulateGradient(of: weights.input) { target, adding in
      BLAS.multiply(
        dtype, m: width, n: inputs, k: steps, matrix(gates, transposed: true),
        MatrixView(input.value.reshaped([steps, inputs])), beta: adding ? 1 : 0, into: MatrixView(target))
    }
    tape.accumulateGradient(of: input) { target, adding in
      BLAS.multiply(
        dtype, m: steps, n: inputs, k: width, matrix(gates), MatrixView(weights.input.value), beta: adding ? 1 : 0,
        into: MatrixView(target.reshaped([steps, inputs])))
    }
  }

  private func accumulateGradients(_ lookup: TableLookup) {
    guard weights.input.requiresGradient || lookup.table.requiresGradient else { return }
    let (tape, rows) = (input.tape, lookup.table.shape[0])
    let sums = Tensor(uninitialized: [rows, stride], dtype: dtype, pool: pool)
    ck_embedding_backward(
      dtype.kernelType, steps, rows, stride, lookup.tokens.pointer, gates.pointer, sums.pointer, false)
    tape.accumulateGradient(of: weights.input) { target, adding in
      BLAS.multiply(
        dtype, m: width, n: inputs, k: rows, matrix(sums, transposed: true), MatrixView(lookup.table.value),
        beta: adding ? 1 : 0, into: MatrixView(target))
    }
    tape.accumulateGradient(of: lookup.table) { target, adding in
      BLAS.multiply(
        dtype, m: rows, n: inputs, k: width, matrix(sums), MatrixView(weights.input.value), beta: adding ? 1 : 0,
        into: MatrixView(target))
    }
  }

  /// Adds the gates' gradients, summed over the steps, to those of the biases; both get the same sum, except in a GRU.
  private func accumulateBiasGradients() {
    func sum(_ gates: Tensor) -> Tensor {
      let sums = Tensor(uninitialized: [stride], dtype: dtype, pool: pool)
      ck_column_sums(dtype.kernelType, steps, stride, gates.pointer, sums.pointer, false)
      return sums.rows(0..<width)
    }
    guard weights.inputBias.requiresGradient || weights.hiddenBias.requiresGradient else { return }
    let inputSums = sum(gates)
    input.tape.addGradient(inputSums, to: weights.inputBias)
    input.tape.addGradient(
      productGradients.pointer == gates.pointer ? inputSums : sum(productGradients), to: weights.hiddenBias)
  }
}
