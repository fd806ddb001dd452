import CKernels
import Tensors

/// Operations that act element by element on tensors of one shape.
extension Variable {
  public static func + (a: Variable, b: Variable) -> Variable {
    requireSameShape(a, b, "+")
    let output = a.emptyLike()
    ck_add(a.type, a.value.count, a.value.pointer, b.value.pointer, output.pointer)
    return a.tape.record(output, inputs: [a, b]) { gradient in
      a.tape.addGradient(gradient, to: a)
      b.tape.addGradient(gradient, to: b)
    }
  }

  public static func - (a: Variable, b: Variable) -> Variable {
    requireSameShape(a, b, "-")
    let output = a.emptyLike()
    ck_subtract(a.type, a.value.count, a.value.pointer, b.value.pointer, output.pointer)
    return a.tape.record(output, inputs: [a, b]) { gradient in
      a.tape.addGradient(gradient, to: a)
      b.addGradient(gradient, scaledBy: -1)
    }
  }

  /// The elementwise (Hadamard) product.
  public static func * (a: Variable, b: Variable) -> Variable {
    requireSameShape(a, b, "*")
    let output = a.emptyLike()
    ck_multiply(a.type, a.value.count, a.value.pointer, b.value.pointer, output.pointer)
    return a.tape.record(output, inputs: [a, b]) { gradient in
      a.addGradient(gradient, timesElementwise: b.value)
      b.addGradient(gradient, timesElementwise: a.value)
    }
  }

  public func scaled(by factor: Double) -> Variable {
    let output = emptyLike()
    ck_scale(type, value.count, factor, value.pointer, output.pointer)
    return tape.record(output, inputs: [self]) { [self] gradient in
      addGradient(gradient, scaledBy: factor)
    }
  }

  /// max(self + other, 0) in one pass: the end of a residual block.
  public func addingWithReLU(_ other: Variable) -> Variable {
    Self.requireSameShape(self, other, "+")
    let output = emptyLike()
    ck_add_relu(type, value.count, value.pointer, other.value.pointer, output.pointer)
    return tape.record(output, inputs: [self, other]) { [self] gradient in
      let masked = emptyLike()
      ck_activation_backward(
        type, CK_RELU, 0, output.count, nil, output.pointer, gradient.pointer, masked.pointer, false)
      tape.addGradient(masked, to: self)
      tape.addGradient(masked, to: other)
    }
  }

  /// The sum of all elements, shape `[1]`.
  public func sum() -> Variable {
    let output = Tensor([ck_sum(type, value.count, value.pointer)], shape: [1], dtype: dtype, pool: tape.pool)
    return tape.record(output, inputs: [self]) { [self] gradient in
      let back = emptyLike()
      ck_fill(type, back.count, gradient[0], back.pointer)
      tape.addGradient(back, to: self)
    }
  }

  /// The mean of all elements, shape `[1]`.
  public func mean() -> Variable { sum().scaled(by: 1 / Double(value.count)) }

  private func addGradient(_ gradient: Tensor, timesElementwise factor: Tensor) {
    tape.accumulateGradient(of: self) { target, adding in
      let kernel = adding ? ck_multiply_add : ck_multiply
      kernel(type, target.count, gradient.pointer, factor.pointer, target.pointer)
    }
  }

  private static func requireSameShape(_ a: Variable, _ b: Variable, _ operation: String) {
    precondition(
      a.shape == b.shape && a.dtype == b.dtype,
      "\(a.dtype)\(a.shape) \(operation) \(b.dtype)\(b.shape): shapes and types must agree")
  }
}

extension Variable {
  /// Element type, as the C kernels know it.
  var type: ck_type { dtype.kernelType }

  func addGradient(_ gradient: Tensor, scaledBy factor: Double) {
    tape.accumulateGradient(of: self) { target, adding in
      if adding {
        ck_axpy(type, target.count, factor, gradient.pointer, target.pointer)
      } else {
        ck_scale(type, target.count, factor, gradient.pointer, target.pointer)
      }
    }
  }

  /// An uninitialised tensor of this variable's shape and type.
  func emptyLike() -> Tensor { Tensor(uninitialized: shape, dtype: dtype, pool: tape.pool) }
}

extension Variable {
  /// The same value; `observe` receives the gradient with respect to it, read-only, as soon as it is known.
  ///
  /// Not called if nothing upstream requires a gradient.
  public func observingGradient(_ observe: @escaping (Tensor) -> Void) -> Variable {
    tape.record(value, inputs: [self]) { [self] gradient in
      observe(gradient)
      tape.addGradient(gradient, to: self)
    }
  }
}
