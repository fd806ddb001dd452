import CKernels
import Tensors

extension Variable {
  /// Normalises each sample's groups of channels over its positions to mean zero and variance one, then scales and shifts
  /// each channel (Wu and He, 2018). As many groups as channels make instance normalisation (Ulyanov et al., 2016).
  ///
  /// The value is `[batch, …, channels]`, `weight` and `bias` `[channels]`; a nil weight is ones, a nil bias zeros.
  ///
  /// - Parameters:
  ///   - groups: Number of groups, which divides the channels.
  ///   - weight: `[channels]`; nil scales nothing.
  ///   - bias: `[channels]`; nil adds nothing.
  ///   - epsilon: Added to the variance.
  ///   - lengths: Valid time steps (not padding) of each sample, of sequences `[batch, time, channels]`; padding counts in
  ///     no statistics and becomes zero.
  public func groupNormalized(
    groups: Int, weight: Variable?, bias: Variable?, epsilon: Double, lengths: [Int]? = nil
  ) -> Variable {
    let (rows, channels) = rowsAndColumns
    precondition(
      groups > 0 && channels % groups == 0
        && [weight, bias].allSatisfy { $0.map { $0.value.count == channels } ?? true },
      "normalisation of \(shape) in \(groups) groups by weight \(weight?.shape ?? []), bias \(bias?.shape ?? [])")
    let samples = shape[0]
    precondition(
      lengths.map { $0.count == samples && shape.count == 3 } ?? true, "\(shape) for lengths \(lengths ?? [])")
    let pass = GroupNormPass(
      samples: samples, positions: samples > 0 ? rows / samples : 0, channels: channels, groups: groups,
      lengths: lengths)
    let output = emptyLike()
    let mean = Tensor(uninitialized: [samples, groups], dtype: dtype, pool: tape.pool)
    let inverseDeviation = Tensor(uninitialized: [samples, groups], dtype: dtype, pool: tape.pool)
    pass.withSizes { sizes in
      ck_group_norm_forward(
        type, sizes, epsilon, value.pointer, weight.map { UnsafeRawPointer($0.value.pointer) },
        bias.map { UnsafeRawPointer($0.value.pointer) }, output.pointer, mean.pointer, inverseDeviation.pointer)
    }
    return tape.record(output, inputs: [self] + [weight, bias].compactMap { $0 }) { [self] gradient in
      let sums = Tensor(uninitialized: [2, samples, channels], dtype: .float64, pool: tape.pool)
      let totals = sums.pointer.assumingMemoryBound(to: Double.self)
      let products = totals + samples * channels
      pass.withSizes { sizes in
        ck_group_norm_backward_sums(
          type, sizes, value.pointer, mean.pointer, inverseDeviation.pointer, gradient.pointer, totals, products)
        for (parameter, sums) in [(weight, products), (bias, totals)] {
          guard let parameter else { continue }
          tape.accumulateGradient(of: parameter) { target, adding in
            ck_group_norm_parameter_gradient(type, samples, channels, sums, target.pointer, adding)
          }
        }
        tape.accumulateGradient(of: self) { target, adding in
          ck_group_norm_backward_input(
            type, sizes, value.pointer, mean.pointer, inverseDeviation.pointer,
            weight.map { UnsafeRawPointer($0.value.pointer) }, gradient.pointer, totals, products, target.pointer,
            adding)
        }
      }
    }
  }
}

/// Sizes of one normalisation, kept for the backward pass.
private struct GroupNormPass {
  let samples: Int
  let positions: Int
  let channels: Int
  let groups: Int
  let lengths: [Int]?

  func withSizes(_ body: (ck_group_norm) -> Void) {
    func call(_ lengths: UnsafePointer<Int>?) {
      body(ck_group_norm(samples: samples, positions: positions, channels: channels, groups: groups, lengths: lengths))
    }
    guard let lengths else { return call(nil) }
    lengths.withUnsafeBufferPointer { call($0.baseAddress) }
  }
}
