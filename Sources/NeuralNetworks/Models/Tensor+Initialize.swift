import CKernels
import Tensors

extension Tensor {
  /// Sets all elements; draws are keyed by (seed, the parameter's index).
  func initialize(_ initial: InitialValue, seed: UInt64, parameter: Int) {
    let stream = RandomStream(
      seed: seed, purpose: .initialization, sample: UInt32(truncatingIfNeeded: parameter))
    switch initial {
    case .constant(let value): ck_fill(dtype.kernelType, count, value, pointer)
    case .uniform(let bound): stream.fillUniform(self, in: -bound..<bound)
    case .drawn(let initializer, let fanIn, let fanOut):
      switch initializer.distribution(fanIn: fanIn, fanOut: fanOut) {
      case .normal(let standardDeviation): stream.fillNormal(self, deviation: standardDeviation)
      case .uniform(let bound): stream.fillUniform(self, in: -bound..<bound)
      case .zero: fillWithZeros()
      }
    }
  }
}
