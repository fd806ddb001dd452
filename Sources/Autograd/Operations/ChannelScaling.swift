import CKernels
import Tensors

extension Variable {
  /// Multiplies each channel of `[batch, …, channels]` by a factor: `[channels]`, or `[batch, channels]` for factors of each sample.
  public func scalingChannels(by factor: Variable) -> Variable {
    let (rows, channels) = rowsAndColumns
    let isBySample = factor.shape.count == 2
    precondition(
      factor.shape == (isBySample ? [shape[0], channels] : [channels]), "\(shape) scaled by \(factor.shape)")
    let samples = shape[0]
    let sizes = ck_channels(
      samples: samples, positions: samples > 0 ? rows / samples : 0, channels: channels, by_sample: isBySample)
    let output = emptyLike()
    ck_scale_channels(type, sizes, value.pointer, factor.value.pointer, output.pointer, false)
    return tape.record(output, inputs: [self, factor]) { [self] gradient in
      tape.accumulateGradient(of: factor) { target, adding in
        ck_scale_channels_gradient(type, sizes, value.pointer, gradient.pointer, target.pointer, adding)
      }
      tape.accumulateGradient(of: self) { target, adding in
        ck_scale_channels(type, sizes, gradient.pointer, factor.value.pointer, target.pointer, adding)
      }
    }
  }
}
