import CKernels
import Tensors

extension Variable {
  /// Normalises every row of the last dimension to mean zero and variance one, then scales and shifts (Ba, Kiros and Hinton,
  /// 2016). `weight` and `bias` are `[channels]`.
  public func layerNormalized(weight: Variable, bias: Variable?, epsilon: Double) -> Variable {
    let (rows, columns) = rowsAndColumns
    precondition(
      weight.value.count == columns && (bias.map { $0.value.count == columns } ?? true),
      "layer normalisation of \(shape) by weight \(weight.shape), bias \(bias?.shape ?? [])")
    let output = emptyLike()
    let mean = Tensor(uninitialized: [rows], dtype: dtype, pool: tape.pool)
    let inverseDeviation = Tensor(uninitialized: [rows], dtype: dtype, pool: tape.pool)
    ck_layer_norm_forward(
      type, rows, columns, epsilon, value.pointer, weight.value.pointer,
      bias.map { UnsafeRawPointer($0.value.pointer) }, output.pointer, mean.pointer, inverseDeviation.pointer)
    return tape.record(output, inputs: [self, weight] + (bias.map { [$0] } ?? [])) { [self] gradient in
      if let bias, !weight.requiresGradient {
        tape.accumulateGradient(of: bias) { target, adding in
          ck_column_sums(type, rows, columns, gradient.pointer, target.pointer, adding)
        }
      }
      tape.accumulateGradient(of: weight) { target, adding in
        func write(_ biasGradient: UnsafeMutableRawPointer?, addingToBias: Bool) {
          ck_layer_norm_backward_parameters(
            type, rows, columns, value.pointer, mean.pointer, inverseDeviation.pointer, gradient.pointer,
            target.pointer, biasGradient, adding, addingToBias)
        }
        if let bias, bias.requiresGradient {
          tape.accumulateGradient(of: bias) { write($0.pointer, addingToBias: $1) }
        } else {
          write(nil, addingToBias: false)
        }
      }
      tape.accumulateGradient(of: self) { target, adding in
        ck_layer_norm_backward_input(
          type, rows, columns, value.pointer, mean.pointer, inverseDeviation.pointer, weight.value.pointer,
          gradient.pointer, target.pointer, adding)
      }
    }
  }
}
