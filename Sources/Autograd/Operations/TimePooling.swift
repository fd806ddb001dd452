import CKernels
import Tensors

/// Pooling over time of sequences `[batch, time, channels]`, by windows of height 1. With `lengths`, a window sees the
/// valid time steps of its sample only, so every sample gets the same result as alone; time steps beyond a sample's
/// length after pooling are zero.
extension Variable {
  /// The largest value in each window, the first of equal ones: `[batch, time', channels]`.
  public func maxPoolOverTime(_ window: PoolingWindow, lengths: [Int]? = nil) -> Variable {
    let pooling = TimePooling(window, of: self, lengths: lengths)
    let output = pooling.emptyOutput(dtype, tape.pool)
    let winners = Tensor(uninitialized: output.shape, dtype: .int32, pool: tape.pool)
    pooling.forEachPart { part in
      var geometry = part.window
      ck_max_pool_forward(
        type, &geometry, part.input(of: value), part.output(of: output),
        part.output(of: winners).assumingMemoryBound(to: Int32.self))
    }
    return tape.record(output, inputs: [self]) { [self] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        pooling.prepare(target, adding)
        pooling.forEachPart { part in
          var geometry = part.window
          ck_max_pool_backward(
            type, &geometry, part.output(of: gradient), part.output(of: winners).assumingMemoryBound(to: Int32.self),
            part.input(of: target), adding || pooling.isPadded)
        }
      }
    }
  }

  /// The mean of each window, `[batch, time', channels]`; padding counts as zeros if `countingPadding`, else not at all.
  public func averagePoolOverTime(
    _ window: PoolingWindow, countingPadding: Bool, lengths: [Int]? = nil
  ) -> Variable {
    let pooling = TimePooling(window, of: self, lengths: lengths)
    let output = pooling.emptyOutput(dtype, tape.pool)
    let right = window.padding.right
    pooling.forEachPart { part in
      var geometry = part.window
      ck_average_pool_forward(
        type, &geometry, 0, right, countingPadding, part.input(of: value), part.output(of: output))
    }
    return tape.record(output, inputs: [self]) { [self] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        pooling.prepare(target, adding)
        pooling.forEachPart { part in
          var geometry = part.window
          ck_average_pool_backward(
            type, &geometry, 0, right, countingPadding, part.output(of: gradient), part.input(of: target),
            adding || pooling.isPadded)
        }
      }
    }
  }

  /// The largest value of each channel over all positions: `[batch, …, channels]` to `[batch, channels]`.
  public func globalMaxPool(lengths: [Int]? = nil) -> Variable {
    let sequences = asSequences
    return sequences.maxPoolOverTime(.all(sequences.shape[1]), lengths: lengths)
      .reshaped([shape[0], value.size(-1)])
  }

  /// The mean of each channel over time: `[batch, time, channels]` to `[batch, channels]`.
  public func meanOverTime(lengths: [Int]? = nil) -> Variable {
    averagePoolOverTime(.all(shape[1]), countingPadding: false, lengths: lengths).reshaped([shape[0], shape[2]])
  }

  private var asSequences: Variable { shape.count == 3 ? self : reshaped([shape[0], -1, value.size(-1)]) }
}

extension PoolingWindow {
  fileprivate static func all(_ time: Int) -> PoolingWindow { PoolingWindow(kernelHeight: 1, kernelWidth: time) }
}

/// Windows over a batch of sequences: all samples at once, or one by one if lengths differ.
private struct TimePooling {
  let window: PoolingWindow
  let batch: Int
  let time: Int
  let channels: Int
  let lengths: [Int]?
  let outputTime: Int

  init(_ window: PoolingWindow, of x: Variable, lengths: [Int]?) {
    x.checkSequences(lengths: lengths)
    self.window = window
    (batch, time, channels) = (x.shape[0], x.shape[1], x.shape[2])
    self.lengths = lengths.flatMap { [time] in $0.allSatisfy { $0 == time } ? nil : $0 }
    outputTime = window.outputTime(time)
  }

  var isPadded: Bool { lengths != nil }

  struct Part {
    let window: ck_window
    /// Index of the first sample, and number of elements of a sample.
    let sample: Int
    let inputCount: Int
    let outputCount: Int

    func input(of tensor: Tensor) -> UnsafeMutableRawPointer {
      tensor.pointer + sample * inputCount * tensor.dtype.size
    }
    func output(of tensor: Tensor) -> UnsafeMutableRawPointer {
      tensor.pointer + sample * outputCount * tensor.dtype.size
    }
  }

  func forEachPart(_ body: (Part) -> Void) {
    func part(_ sample: Int, samples: Int, time: Int) -> Part {
      let kernel = ck_window(
        batch: samples, height: 1, width: time, channels: channels, output_height: 1,
        output_width: min(window.outputTime(time), outputTime), kernel_height: 1, kernel_width: window.kernelWidth,
        stride_height: 1, stride_width: window.strideWidth, dilation_height: 1, dilation_width: 1, padding_top: 0,
        padding_left: window.padding.left)
      return Part(
        window: kernel, sample: sample, inputCount: self.time * channels, outputCount: outputTime * channels)
    }
    guard let lengths else { return body(part(0, samples: batch, time: time)) }
    for (sample, length) in lengths.enumerated() { body(part(sample, samples: 1, time: length)) }
  }

  func emptyOutput(_ dtype: DType, _ pool: StoragePool) -> Tensor {
    let shape = [batch, outputTime, channels]
    return isPadded
      ? Tensor(zeros: shape, dtype: dtype, pool: pool) : Tensor(uninitialized: shape, dtype: dtype, pool: pool)
  }

  /// Padding gets no gradient, so with padding the target is zeroed first.
  func prepare(_ target: Tensor, _ adding: Bool) {
    if isPadded && !adding { target.fillWithZeros() }
  }
}
