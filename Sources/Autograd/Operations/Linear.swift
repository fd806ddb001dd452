import CKernels
import Tensors

extension Variable {
  /// f(x·Wᵀ + b): `[batch, …, inputs]` to `[batch, …, outputs]`, with `weight` `[outputs, inputs]` as in PyTorch.
  ///
  /// Bias and activation are one pass over the product, and so are their gradients; the weight's gradient is
  /// written by the product straight to its place. The activation must be differentiable from its output.
  public func linear(weight: Variable, bias: Variable?, activation: Activation? = nil) -> Variable {
    precondition(
      shape.count >= 2 && weight.shape.count == 2 && value.size(-1) == weight.shape[1]
        && (bias.map { $0.value.count == weight.shape[0] } ?? true),
      "linear: input \(shape), weight \(weight.shape), bias \(bias?.shape ?? [])")
    precondition(
      activation?.isDifferentiableFromOutput ?? true, "\(activation?.name ?? "") does not fuse with a product")
    let leading = shape.dropLast()
    let (rows, inputs, columns) = (leading.reduce(1, *), weight.shape[1], weight.shape[0])
    let x = value.reshaped([rows, inputs])
    let output = Tensor(uninitialized: [rows, columns], dtype: dtype, pool: tape.pool)
    output.writeProduct(x, false, weight.value, true, adding: false)
    if bias != nil || activation != nil {
      ck_bias_activation_forward(
        type, activation?.kernel ?? CK_IDENTITY, activation?.slope ?? 0, rows, columns, output.pointer,
        bias.map { UnsafeRawPointer($0.value.pointer) }, output.pointer)
    }
    let shaped = output.reshaped(leading + [columns])
    return tape.record(shaped, inputs: [self, weight] + (bias.map { [$0] } ?? [])) { [self] gradient in
      let product = tape.gradientBeforeBias(
        gradient.reshaped([rows, columns]), output: output, activation: activation, bias: bias, rows: rows,
        columns: columns)
      tape.accumulateGradient(of: weight) { target, adding in
        target.writeProduct(product, true, x, false, adding: adding)
      }
      tape.accumulateGradient(of: self) { target, adding in
        target.reshaped([rows, inputs]).writeProduct(product, false, weight.value, false, adding: adding)
      }
    }
  }
}

extension Tape {
  /// Backward through f(z + bias) on `rows` × `columns`: gives the gradient of z and passes the bias its own.
  func gradientBeforeBias(
    _ gradient: Tensor, output: Tensor, activation: Activation?, bias: Variable?, rows: Int, columns: Int
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
