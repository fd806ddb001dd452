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

extension Activation {
  /// The C kernels' word for it.
  var kernel: ck_activation {
    switch self {
    case .relu: CK_RELU
    case .leakyReLU: CK_LEAKY_RELU
    case .sigmoid: CK_SIGMOID
    case .tanh: CK_TANH
    case .gelu: CK_GELU
    case .geluTanh: CK_GELU_TANH
    case .silu: CK_SILU
    }
  }

  var slope: Double {
    if case .leakyReLU(let slope) = self { slope } else { 0 }
  }
}
