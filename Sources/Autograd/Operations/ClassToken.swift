import CKernels
import Tensors

extension Variable {
  /// Puts one row `[…, channels]` in front of each sequence `[batch, time, channels]`: `[batch, time + 1, channels]`.
  public func prepending(_ row: Variable) -> Variable {
    precondition(
      shape.count == 3 && row.value.count == shape[2] && row.dtype == dtype,
      "a row \(row.dtype)\(row.shape) in front of \(dtype)\(shape)")
    let (batch, channels, count) = (shape[0], shape[2], shape[1] * shape[2])
    let output = Tensor(uninitialized: [batch, shape[1] + 1, channels], dtype: dtype, pool: tape.pool)
    let rest = channels * dtype.size
    // With a stride of 0, every read gives the same row.
    ck_copy_rows(type, batch, channels, row.value.pointer, 0, output.pointer, count + channels, false)
    ck_copy_rows(type, batch, count, value.pointer, count, output.pointer + rest, count + channels, false)
    return tape.record(output, inputs: [self, row]) { [self] gradient in
      tape.accumulateGradient(of: row) { target, adding in
        if !adding { target.fillWithZeros() }
        for sample in 0..<batch {
          let from = gradient.pointer + sample * (count + channels) * dtype.size
          ck_copy_rows(type, 1, channels, from, channels, target.pointer, channels, true)
        }
      }
      tape.accumulateGradient(of: self) { target, adding in
        ck_copy_rows(type, batch, count, gradient.pointer + rest, count + channels, target.pointer, count, adding)
      }
    }
  }

  /// Multiplies each sample by its own factor; factors get no gradient.
  public func scalingSamples(by factors: [Double]) -> Variable {
    precondition(factors.count == shape[0], "\(factors.count) factors for \(shape)")
    let count = value.count / max(shape[0], 1)
    let output = emptyLike()
    for (sample, factor) in factors.enumerated() {
      let start = sample * count * dtype.size
      ck_scale(type, count, factor, value.pointer + start, output.pointer + start)
    }
    return tape.record(output, inputs: [self]) { [self] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        for (sample, factor) in factors.enumerated() {
          let start = sample * count * dtype.size
          let write = adding ? ck_axpy : ck_scale
          write(type, count, factor, gradient.pointer + start, target.pointer + start)
        }
      }
    }
  }

  /// Zeroes each sample with probability `rate` and scales the others by 1 / (1 − rate): on the branch of a
  /// residual block, this is stochastic depth (Huang et al., 2016).
  public func droppingSamples(rate: Double, key: DropoutKey) -> Variable {
    precondition(rate >= 0 && rate < 1, "a share of \(rate) samples to leave out")
    return scalingSamples(
      by: (0..<shape[0]).map { sample in
        var stream = RandomStream(
          seed: key.seed, purpose: .dropout, epochOrStep: UInt32(truncatingIfNeeded: key.step),
          sample: UInt32(truncatingIfNeeded: key.firstSample + sample), layer: key.layer)
        return Double(stream.next()) < rate * 0x1p32 ? 0 : 1 / (1 - rate)
      })
  }
}
