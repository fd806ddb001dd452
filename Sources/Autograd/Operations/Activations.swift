import CKernels
import Tensors

extension Variable {
  /// f(x), element by element.
  public func activated(by activation: Activation) -> Variable {
    let output = emptyLike()
    ck_activation_forward(type, activation.kernel, activation.slope, value.count, value.pointer, output.pointer)
    return tape.record(output, inputs: [self]) { [self] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        ck_activation_backward(
          type, activation.kernel, activation.slope, value.count,
          activation.isDifferentiableFromOutput ? nil : UnsafeRawPointer(value.pointer), output.pointer,
          gradient.pointer, target.pointer, adding)
      }
    }
  }
}
