import CKernels
import Tensors
import Testing

/// Where buffers lie must not decide the bits: the compiler takes another path through a loop that stores where buffers
/// lie close together, and addresses differ from run to run.
@Suite struct AddressTests {
  private typealias Kernel = (_ count: Int, UnsafeRawPointer, UnsafeMutableRawPointer) -> Double

  private let pool = StoragePool()
  private static let lengths = [2, 7, 8, 10, 16, 23, 32, 61]

  /// Runs `kernel` with its output far behind its input and at every cache line near it.
  private func expectSameBits(
    _ dtype: DType, _ kernel: Kernel, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let line = 64 / dtype.size
    let memory = Tensor(zeros: [1024], dtype: dtype, pool: pool)
    for count in Self.lengths {
      for seed in UInt64(1)...20 {
        let x = Tensor(uninitialized: [count], dtype: dtype, pool: pool)
        RandomStream(seed: seed, purpose: .synthetic).fillNormal(x, deviation: 3)
        func result(at offset: Int) -> [Double] {
          let (input, output) = (memory.rows(0..<count), memory.rows(offset..<offset + count))
          input.copy(from: x)
          let value = kernel(count, input.pointer, output.pointer)
          return output.values + [value]
        }
        let far = result(at: 960 - count)
        let first = (count + line - 1) / line * line
        for offset in stride(from: first, through: first + 10 * line, by: line) {
          #expect(result(at: offset) == far, "\(count) \(dtype), \(offset) behind", sourceLocation: sourceLocation)
        }
      }
    }
  }

  @Test(arguments: floatingTypes) func softmax(_ dtype: DType) {
    let type = dtype.kernelType
    expectSameBits(dtype) { count, x, y in
      ck_softmax(type, 1, count, x, y)
      return 0
    }
    expectSameBits(dtype) { count, x, y in
      ck_softmax_backward(type, 1, count, x, x, y, false)
      return 0
    }
  }

  @Test(arguments: floatingTypes) func losses(_ dtype: DType) {
    let type = dtype.kernelType
    let targets = Tensor(zeros: [64], dtype: dtype, pool: pool)
    let shares = Tensor([Double](repeating: 0.25, count: 64), shape: [64], dtype: dtype, pool: pool)
    expectSameBits(dtype) { count, x, gradient in
      var label = Int32(count / 2)
      return ck_softmax_cross_entropy(type, 1, count, x, &label, 0.1, nil, gradient, nil).loss
    }
    expectSameBits(dtype) { count, x, gradient in
      ck_softmax_cross_entropy_dense(type, 1, count, x, shares.pointer, 0.1, nil, gradient, nil).loss
    }
    expectSameBits(dtype) { count, x, gradient in ck_squared_error(type, count, x, targets.pointer, gradient) }
    expectSameBits(dtype) { count, x, gradient in ck_binary_cross_entropy(type, count, x, targets.pointer, gradient) }
  }

  @Test(arguments: floatingTypes) func transformers(_ dtype: DType) {
    let type = dtype.kernelType
    let factors = randomTensor([64], dtype, 3)
    let (mean, inverse) = (Tensor(zeros: [1], dtype: dtype, pool: pool), Tensor(zeros: [1], dtype: dtype, pool: pool))
    expectSameBits(dtype) { count, x, y in
      ck_layer_norm_forward(
        type, 1, count, 1e-5, x, factors.pointer, factors.pointer, y, mean.pointer, inverse.pointer)
      return mean[0] + inverse[0]
    }
    expectSameBits(dtype) { count, x, dx in
      ck_layer_norm_backward_input(
        type, 1, count, x, mean.pointer, inverse.pointer, factors.pointer, x, dx, false)
      return 0
    }
    expectSameBits(dtype) { count, x, dgamma in
      ck_layer_norm_backward_parameters(
        type, 1, count, x, mean.pointer, inverse.pointer, x, dgamma, nil, false, false)
      return 0
    }
    expectSameBits(dtype) { count, x, scores in
      scores.copyMemory(from: x, byteCount: count * dtype.size)
      ck_attention_softmax(type, 1, count, -1, scores, mean.pointer)
      return mean[0]
    }
    expectSameBits(dtype) { count, x, gradient in
      let scores = Tensor(factors.values, shape: [64], dtype: dtype, pool: pool)
      gradient.copyMemory(from: x, byteCount: count * dtype.size)
      ck_attention_softmax_backward(type, 1, count, -1, 0.3, mean.pointer, inverse.pointer, scores.pointer, gradient)
      return scores[0]
    }
    expectSameBits(dtype) { count, x, y in
      y.copyMemory(from: x, byteCount: count * dtype.size)
      ck_row_dots(type, 1, count, count, x, y, mean.pointer)
      return mean[0]
    }
    expectSameBits(dtype) { count, x, y in
      ck_swiglu_forward(type, count, x, factors.pointer, y)
      return 0
    }
  }

  @Test(arguments: floatingTypes) func adam(_ dtype: DType) {
    let adam = ck_adam(
      step_size: 0.1, gradient_scale: 0.25, coupling: 0.01, decay: 0.99, beta1: 0.8, beta2: 0.9, epsilon: 1e-3,
      root_correction: 0.7)
    expectSameBits(dtype) { count, gradient, weights in
      let (first, second) = (randomTensor([64], dtype, 4), Tensor(zeros: [64], dtype: dtype, pool: pool))
      weights.copyMemory(from: gradient, byteCount: count * dtype.size)
      ck_adam_update(dtype.kernelType, count, adam, gradient, first.pointer, second.pointer, weights)
      return first[0] + second[0]
    }
  }

  /// Runs `kernel` with an output of its own, and with the input as output.
  private func expectSameBitsInPlace(
    _ dtype: DType, _ kernel: (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (x, y) = (randomTensor([16, 37], dtype, 5), Tensor(zeros: [16, 37], dtype: dtype, pool: pool))
    kernel(x.pointer, y.pointer)
    kernel(x.pointer, x.pointer)
    #expect(x.values == y.values, sourceLocation: sourceLocation)
  }

  @Test(arguments: floatingTypes) func elementwiseInPlace(_ dtype: DType) {
    let (type, count) = (dtype.kernelType, 16 * 37)
    let other = randomTensor([16, 37], dtype, 6)
    expectSameBitsInPlace(dtype) { ck_add(type, count, $0, other.pointer, $1) }
    expectSameBitsInPlace(dtype) { ck_add(type, count, other.pointer, $0, $1) }
    expectSameBitsInPlace(dtype) { ck_add_relu(type, count, $0, other.pointer, $1) }
    expectSameBitsInPlace(dtype) { ck_subtract(type, count, other.pointer, $0, $1) }
    expectSameBitsInPlace(dtype) { ck_multiply(type, count, $0, other.pointer, $1) }
    expectSameBitsInPlace(dtype) { ck_scale(type, count, 0.3, $0, $1) }
    expectSameBitsInPlace(dtype) { ck_squared_error(type, count, $0, other.pointer, $1) }
    expectSameBitsInPlace(dtype) { ck_softmax(type, 16, 37, $0, $1) }
    expectSameBitsInPlace(dtype) { ck_softmax_backward(type, 16, 37, other.pointer, $0, $1, false) }
  }

  @Test(arguments: floatingTypes) func layersInPlace(_ dtype: DType) {
    let (type, count) = (dtype.kernelType, 16 * 37)
    let (output, row) = (randomTensor([16, 37], dtype, 6), randomTensor([37], dtype, 7))
    for activation in [
      CK_RELU, CK_LEAKY_RELU, CK_SIGMOID, CK_TANH, CK_GELU, CK_GELU_TANH, CK_SILU, CK_IDENTITY,
    ] {
      expectSameBitsInPlace(dtype) { ck_activation_forward(type, activation, 0.1, count, $0, $1) }
      expectSameBitsInPlace(dtype) {
        ck_activation_backward(type, activation, 0.1, count, output.pointer, output.pointer, $0, $1, false)
      }
      expectSameBitsInPlace(dtype) { ck_bias_activation_forward(type, activation, 0.1, 16, 37, $0, row.pointer, $1) }
    }
    let sums = Tensor(zeros: [37], dtype: dtype, pool: pool)
    expectSameBitsInPlace(dtype) {
      ck_bias_activation_backward(type, CK_RELU, 0, 16, 37, output.pointer, $0, $1, sums.pointer, false)
    }
    let mask = (0..<count).map { UInt8($0 % 3 == 0 ? 1 : 0) }
    expectSameBitsInPlace(dtype) { ck_dropout_backward(type, count, 0.4, mask, $0, $1, false) }
    for relu in [false, true] {
      expectSameBitsInPlace(dtype) {
        ck_batch_norm_forward(type, 16, 37, $0, row.pointer, row.pointer, row.pointer, row.pointer, relu, $1)
      }
      expectSameBitsInPlace(dtype) {
        ck_batch_norm_backward_input(
          type, 16, 37, output.pointer, row.pointer, row.pointer, row.pointer, relu, output.pointer, $0, row.pointer,
          row.pointer, 16, $1, false)
      }
    }
  }
}
