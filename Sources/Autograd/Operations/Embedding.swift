import CKernels
import Tensors

extension Variable {
  /// Rows of `weight` `[vocabulary, width]` by number: tokens `[batch, time]` give `[batch, time, width]`.
  ///
  /// Tokens are stored in the weight's type, which is exact below 2²⁴. They get no gradient; the weight's is
  /// summed in the order of the tokens.
  public func embedding(weight: Variable) -> Variable {
    precondition(
      weight.shape.count == 2 && dtype == weight.dtype,
      "embedding of \(dtype)\(shape) in a table \(weight.dtype)\(weight.shape)")
    let (vocabulary, width) = (weight.shape[0], weight.shape[1])
    let output = Tensor(uninitialized: shape + [width], dtype: dtype, pool: tape.pool)
    let wrong = ck_embedding_forward(
      type, value.count, vocabulary, width, value.pointer, weight.value.pointer, output.pointer)
    precondition(wrong < 0, "token \(value[wrong]) at index \(wrong) for a vocabulary of \(vocabulary)")
    let rows = tape.record(output, inputs: [weight]) { [self] gradient in
      tape.accumulateGradient(of: weight) { target, adding in
        ck_embedding_backward(
          type, value.count, vocabulary, width, value.pointer, gradient.pointer, target.pointer, adding)
      }
    }
    rows.lookup = TableLookup(tokens: value, table: weight)
    return rows
  }

  /// Tokens `[batch, time]` as vectors `[batch, time, vocabulary]` of zeros with a one at the token's index. No gradient.
  public func oneHot(vocabulary: Int) -> Variable {
    let output = Tensor(zeros: shape + [vocabulary], dtype: dtype, pool: tape.pool)
    func fill<Element: BinaryFloatingPoint>(
      _ tokens: UnsafeMutableBufferPointer<Element>, _ vectors: UnsafeMutableBufferPointer<Element>
    ) {
      for (index, token) in tokens.enumerated() {
        precondition(
          token >= 0 && token < Element(vocabulary),
          "token \(token) at index \(index) for a vocabulary of \(vocabulary)")
        vectors[index * vocabulary + Int(token)] = 1
      }
    }
    if dtype == .float64 { fill(value.doubles, output.doubles) } else { fill(value.floats, output.floats) }
    return tape.input(output)
  }
}
