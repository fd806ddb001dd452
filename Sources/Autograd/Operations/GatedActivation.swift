import CKernels
import Tensors

extension Variable {
  /// silu(self) · x: the gated MLP's activation (SwiGLU; Shazeer, 2020).
  public func gating(_ x: Variable) -> Variable {
    precondition(shape == x.shape && dtype == x.dtype, "a gate of \(dtype)\(shape) for \(x.dtype)\(x.shape)")
    let output = emptyLike()
    ck_swiglu_forward(type, value.count, value.pointer, x.value.pointer, output.pointer)
    return tape.record(output, inputs: [self, x]) { [self] gradient in
      let (gateGradient, back) = (emptyLike(), emptyLike())
      ck_swiglu_backward(
        type, value.count, value.pointer, x.value.pointer, gradient.pointer, gateGradient.pointer, back.pointer)
      tape.addGradient(gateGradient, to: self)
      tape.addGradient(back, to: x)
    }
  }
}
