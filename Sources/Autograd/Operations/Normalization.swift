import CKernels
import Tensors

/// Result of batch normalisation of one batch.
public struct BatchNormalization {
  public let output: Variable
  /// `[channels]`
  public let mean: Tensor
  /// `[channels]`, biased: divided by the number of rows.
  public let variance: Tensor
}

/// Normalisation of every channel of `[…, channels]`; `weight` and `bias` are `[channels]`.
extension Variable {
  /// Normalises by the batch's own mean and biased variance (Ioffe and Szegedy, 2015, algorithm 1), scales, shifts, and
  /// optionally applies ReLU in the same pass.
  public func batchNormalized(
    weight: Variable, bias: Variable, epsilon: Double, fusingReLU relu: Bool = false
  ) -> BatchNormalization {
    let channels = requireChannels(of: weight, bias)
    let mean = Tensor(uninitialized: [channels], dtype: dtype, pool: tape.pool)
    let variance = Tensor(uninitialized: [channels], dtype: dtype, pool: tape.pool)
    ck_batch_norm_statistics(
      type, value.count / channels, channels, value.pointer, mean.pointer, variance.pointer)
    let output = normalized(
      mean: mean, variance: variance, areConstants: false, weight: weight, bias: bias, epsilon: epsilon, relu: relu)
    return BatchNormalization(output: output, mean: mean, variance: variance)
  }

  /// Normalises by a given mean and variance, which get no gradient: for evaluation.
  public func normalized(
    mean: Tensor, variance: Tensor, weight: Variable, bias: Variable, epsilon: Double, fusingReLU relu: Bool = false
  ) -> Variable {
    normalized(
      mean: mean, variance: variance, areConstants: true, weight: weight, bias: bias, epsilon: epsilon, relu: relu)
  }

  private func normalized(
    mean: Tensor, variance: Tensor, areConstants: Bool, weight: Variable, bias: Variable, epsilon: Double, relu: Bool
  ) -> Variable {
    let channels = requireChannels(of: weight, bias)
    precondition(
      mean.count == channels && variance.count == channels,
      "statistics of shapes \(mean.shape) and \(variance.shape) for \(channels) channels")
    let rows = value.count / channels
    let inverseDeviation = Tensor(uninitialized: [channels], dtype: dtype, pool: tape.pool)
    ck_inverse_deviation(type, channels, epsilon, variance.pointer, inverseDeviation.pointer)
    let output = emptyLike()
    ck_batch_norm_forward(
      type, rows, channels, value.pointer, mean.pointer, inverseDeviation.pointer, weight.value.pointer,
      bias.value.pointer, relu, output.pointer)
    return tape.record(output, inputs: [self, weight, bias]) { [self] gradient in
      let biasGradient = Tensor(uninitialized: [channels], dtype: dtype, pool: tape.pool)
      let weightGradient = Tensor(uninitialized: [channels], dtype: dtype, pool: tape.pool)
      if !areConstants || weight.requiresGradient || bias.requiresGradient {
        ck_batch_norm_backward_sums(
          type, rows, channels, value.pointer, mean.pointer, inverseDeviation.pointer, relu, output.pointer,
          gradient.pointer, biasGradient.pointer, weightGradient.pointer)
      }
      tape.accumulateGradient(of: self) { target, adding in
        ck_batch_norm_backward_input(
          type, rows, channels, value.pointer, mean.pointer, inverseDeviation.pointer, weight.value.pointer, relu,
          output.pointer, gradient.pointer, areConstants ? nil : UnsafeRawPointer(biasGradient.pointer),
          areConstants ? nil : UnsafeRawPointer(weightGradient.pointer), Double(rows), target.pointer, adding)
      }
      tape.addGradient(weightGradient, to: weight)
      tape.addGradient(biasGradient, to: bias)
    }
  }

  private func requireChannels(of weight: Variable, _ bias: Variable) -> Int {
    let channels = value.size(-1)
    precondition(
      weight.value.count == channels && bias.value.count == channels && channels > 0,
      "weight \(weight.shape) and bias \(bias.shape) for the channels of \(shape)")
    return channels
  }
}
