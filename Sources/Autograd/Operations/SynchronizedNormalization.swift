import CKernels
import Tensors

/// Result of batch normalisation over all parts of a batch.
public struct SynchronizedNormalization {
  /// One for each part.
  public let outputs: [Variable]
  /// `[channels]`, of the whole batch.
  public let mean: Tensor
  /// `[channels]`, of the whole batch, biased: divided by the number of rows.
  public let variance: Tensor
  /// Rows of the whole batch.
  public let rows: Double
}

extension TapeGroup {
  /// Normalises every channel of the parts `[…, channels]` by the mean and biased variance of the whole batch, scales,
  /// shifts, and applies ReLU in the same pass where asked: `Variable.batchNormalized` for a batch in parts.
  ///
  /// Two exchanges, forward of 1 + 2·channels numbers, backward of 2·channels: with n rows in the whole batch,
  /// dx = γ/σ · (dy − Σdy/n − x̂ · Σ(dy·x̂)/n), where the sums run over all parts. A part's gradients of weight and
  /// bias are its own sums, as in other operations.
  public func batchNormalized(
    _ parts: [Variable], weight: Parameter, bias: Parameter, epsilon: Double, fusingReLU relu: Bool = false
  ) throws -> SynchronizedNormalization {
    precondition(parts.count == tapes.count, "\(parts.count) parts for \(tapes.count) tapes")
    let (dtype, channels, pool) = (weight.value.dtype, weight.count, context.pool)
    let total = ChannelMoments(
      values: try exchange.reduce(parts.map { ChannelMoments(of: $0.value, pool: pool).values }, ChannelMoments.combine)
    )
    let mean = Tensor(total.mean, shape: [channels], dtype: dtype, pool: pool)
    let variance = Tensor(total.variance, shape: [channels], dtype: dtype, pool: pool)
    let inverseDeviation = Tensor(uninitialized: [channels], dtype: dtype, pool: pool)
    ck_inverse_deviation(dtype.kernelType, channels, epsilon, variance.pointer, inverseDeviation.pointer)

    let normalized = parts.map {
      NormalizedPart($0, weight: weight, bias: bias, mean: mean, inverseDeviation: inverseDeviation, relu: relu)
    }
    synchronize { [exchange] in
      let sums = try exchange.reduce(normalized.map { $0.gradientSums }) { zip($0, $1).map { $0 + $1 } }
      let shift = Tensor(Array(sums[..<channels]), shape: [channels], dtype: dtype, pool: pool)
      let scale = Tensor(Array(sums[channels...]), shape: [channels], dtype: dtype, pool: pool)
      for part in normalized { part.passGradientOn(sumOfGradients: shift, sumOfProducts: scale, rows: total.count) }
    }
    return SynchronizedNormalization(
      outputs: normalized.map { $0.record() }, mean: mean, variance: variance, rows: total.count)
  }
}

/// One part between the two exchanges of its backward pass.
private final class NormalizedPart {
  private let x, weight, bias: Variable
  private let mean, inverseDeviation, output: Tensor
  private let relu: Bool
  /// Gradient of the output; nil until the part's own operations have been replayed.
  private var gradient: Tensor?
  private let weightGradient, biasGradient: Tensor

  init(
    _ x: Variable, weight: Parameter, bias: Parameter, mean: Tensor, inverseDeviation: Tensor, relu: Bool
  ) {
    precondition(
      x.value.size(-1) == weight.count && x.dtype == weight.value.dtype,
      "weight \(weight.shape) for the channels of \(x.dtype)\(x.shape)")
    (self.x, self.mean, self.inverseDeviation, self.relu) = (x, mean, inverseDeviation, relu)
    (self.weight, self.bias) = (x.tape.parameter(weight), x.tape.parameter(bias))
    output = x.emptyLike()
    weightGradient = Tensor(uninitialized: weight.shape, dtype: x.dtype, pool: x.tape.pool)
    biasGradient = Tensor(uninitialized: bias.shape, dtype: x.dtype, pool: x.tape.pool)
    ck_batch_norm_forward(
      x.type, rows, channels, x.value.pointer, mean.pointer, inverseDeviation.pointer, self.weight.value.pointer,
      self.bias.value.pointer, relu, output.pointer)
  }

  private var channels: Int { mean.count }
  private var rows: Int { x.value.count / channels }

  func record() -> Variable {
    x.tape.record(output, inputs: [x, weight, bias]) { [self] gradient in
      ck_batch_norm_backward_sums(
        x.type, rows, channels, x.value.pointer, mean.pointer, inverseDeviation.pointer, relu, output.pointer,
        gradient.pointer, biasGradient.pointer, weightGradient.pointer)
      self.gradient = gradient
    }
  }

  /// `[Σ dy | Σ dy·x̂]` of each channel; zeros where no gradient arrived.
  var gradientSums: [Double] {
    gradient == nil ? Array(repeating: 0, count: 2 * channels) : biasGradient.values + weightGradient.values
  }

  func passGradientOn(sumOfGradients: Tensor, sumOfProducts: Tensor, rows count: Double) {
    guard let gradient else { return }
    x.tape.accumulateGradient(of: x) { target, adding in
      ck_batch_norm_backward_input(
        x.type, rows, channels, x.value.pointer, mean.pointer, inverseDeviation.pointer, weight.value.pointer, relu,
        output.pointer, gradient.pointer, sumOfGradients.pointer, sumOfProducts.pointer, count, target.pointer, adding)
    }
    x.tape.addGradient(weightGradient, to: weight)
    x.tape.addGradient(biasGradient, to: bias)
    self.gradient = nil
  }
}
