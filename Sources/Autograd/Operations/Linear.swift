import CKernels
import Tensors

extension Variable {
  /// f(x·Wᵀ + b): `[batch, …, inputs]` to `[batch, …, outputs]`, with `weight` `[outputs, inputs]` as in PyTorch.
  ///
  /// Bias and activation are one pass over the matrix product, and so are their gradients; the weight's gradient is
  /// written into it directly by the matrix product. An activation that is not differentiable from its output keeps its
  /// input.
  public func linear(weight: Variable, bias: Variable?, activation: Activation? = nil) -> Variable {
    precondition(
      shape.count >= 2 && weight.shape.count == 2 && value.size(-1) == weight.shape[1]
        && (bias.map { $0.value.count == weight.shape[0] } ?? true),
      "linear: input \(shape), weight \(weight.shape), bias \(bias?.shape ?? [])")
    let leading = shape.dropLast()
    let (rows, inputs, columns) = (leading.reduce(1, *), weight.shape[1], weight.shape[0])
    let x = value.reshaped([rows, inputs])
    let output = Tensor(uninitialized: [rows, columns], dtype: dtype, pool: tape.pool)
    let keepsInput = !(activation?.isDifferentiableFromOutput ?? true) && tape.isRecording
    let sums = keepsInput ? Tensor(uninitialized: [rows, columns], dtype: dtype, pool: tape.pool) : output
    if let finish = Finish(bias: bias?.value, activation: activation) {
      tape.context.matrixPacker.multiply(x, weight.value, transposed: true, into: sums) { rows in
        finish(sums.rows(rows), into: output.rows(rows))
      }
    } else {
      output.writeMatrixProduct(x, false, weight.value, true, adding: false)
    }
    let shaped = output.reshaped(leading + [columns])
    return tape.record(shaped, inputs: [self, weight] + (bias.map { [$0] } ?? [])) { [self] gradient in
      let preactivationGradient = tape.gradientBeforeBias(
        gradient.reshaped([rows, columns]), output: output, input: keepsInput ? sums : nil, activation: activation,
        bias: bias, rows: rows, columns: columns)
      tape.accumulateGradient(of: weight) { target, adding in
        target.writeMatrixProduct(preactivationGradient, true, x, false, adding: adding)
      }
      tape.accumulateGradient(of: self) { target, adding in
        target.reshaped([rows, inputs]).writeMatrixProduct(
          preactivationGradient, false, weight.value, false, adding: adding)
      }
    }
  }
}

/// Output after a matrix product: y = f(z + bias).
private struct Finish {
  let bias: Tensor?
  let activation: Activation?

  /// Nil if there is neither bias nor activation.
  init?(bias: Tensor?, activation: Activation?) {
    if bias == nil && activation == nil { return nil }
    (self.bias, self.activation) = (bias, activation)
  }

  /// `z` keeps z + bias if it is another tensor than `y`.
  func callAsFunction(_ z: Tensor, into y: Tensor) {
    let (type, rows, columns) = (z.dtype.kernelType, z.shape[0], z.shape[1])
    let addend = bias.map { UnsafeRawPointer($0.pointer) }
    guard z.pointer != y.pointer, let activation else {
      return ck_bias_activation_forward(
        type, activation?.kernel ?? CK_IDENTITY, activation?.slope ?? 0, rows, columns, z.pointer, addend, y.pointer)
    }
    if bias != nil {
      ck_bias_activation_forward(type, CK_IDENTITY, 0, rows, columns, z.pointer, addend, z.pointer)
    }
    ck_activation_forward(type, activation.kernel, activation.slope, z.count, z.pointer, y.pointer)
  }
}

extension Tape {
  /// Backward through f(z + bias) on `rows` × `columns`: returns the gradient of z and adds the bias's. `input` is
  /// z + bias, if f is not differentiable from `output`.
  func gradientBeforeBias(
    _ gradient: Tensor, output: Tensor, input: Tensor? = nil, activation: Activation?, bias: Variable?, rows: Int,
    columns: Int
  ) -> Tensor {
    let type = gradient.dtype.kernelType
    guard let activation else {
      if let bias {
        accumulateGradient(of: bias) { target, adding in
          ck_column_sums(type, rows, columns, gradient.pointer, target.pointer, adding)
        }
      }
      return gradient
    }
    let result = Tensor(uninitialized: output.shape, dtype: output.dtype, pool: pool)
    if let input {
      ck_activation_backward(
        type, activation.kernel, activation.slope, output.count, input.pointer, nil, gradient.pointer, result.pointer,
        false)
      return gradientBeforeBias(
        result, output: output, activation: nil, bias: bias, rows: rows, columns: columns)
    }
    func write(_ biasGradient: UnsafeMutableRawPointer?, adding: Bool) {
      ck_bias_activation_backward(
        type, activation.kernel, activation.slope, rows, columns, output.pointer, gradient.pointer, result.pointer,
        biasGradient, adding)
    }
    if let bias, bias.requiresGradient {
      accumulateGradient(of: bias) { target, adding in write(target.pointer, adding: adding) }
    } else {
      write(nil, adding: false)
    }
    return result
  }
}
