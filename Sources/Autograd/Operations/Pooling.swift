import CKernels
import Tensors

/// Pooling of images `[batch, height, width, channels]`.
extension Variable {
  /// The largest value in each window, the first of equal ones; the gradient goes to its element.
  public func maxPool(_ window: PoolingWindow) -> Variable {
    var geometry = window.geometry(for: shape)
    let output = emptyOutput(of: geometry)
    guard requiresGradient else {
      ck_max_pool_forward(type, &geometry, value.pointer, output.pointer, nil)
      return tape.record(output, inputs: [self]) { _ in }
    }
    let winners = Tensor(uninitialized: output.shape, dtype: .int32, pool: tape.pool)
    ck_max_pool_forward(type, &geometry, value.pointer, output.pointer, winners.int32s.baseAddress)
    return tape.record(output, inputs: [self]) { [self, geometry] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        var geometry = geometry
        ck_max_pool_backward(type, &geometry, gradient.pointer, winners.int32Pointer, target.pointer, adding)
      }
    }
  }

  /// The mean of each window; padding counts as zeros if `countingPadding`, else not at all.
  public func averagePool(_ window: PoolingWindow, countingPadding: Bool = true) -> Variable {
    var geometry = window.geometry(for: shape)
    let padding = window.padding
    let output = emptyOutput(of: geometry)
    ck_average_pool_forward(
      type, &geometry, padding.bottom, padding.right, countingPadding, value.pointer, output.pointer)
    return tape.record(output, inputs: [self]) { [self, geometry] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        var geometry = geometry
        ck_average_pool_backward(
          type, &geometry, padding.bottom, padding.right, countingPadding, gradient.pointer, target.pointer, adding)
      }
    }
  }

  /// The mean of each channel: `[batch, channels]`.
  public func globalAveragePool() -> Variable {
    precondition(shape.count == 4, "globalAveragePool takes images, not shape \(shape)")
    let (batch, area, channels) = (shape[0], shape[1] * shape[2], shape[3])
    let output = Tensor(uninitialized: [batch, channels], dtype: dtype, pool: tape.pool)
    ck_global_average_pool_forward(type, batch, area, channels, value.pointer, output.pointer)
    return tape.record(output, inputs: [self]) { [self] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        ck_global_average_pool_backward(
          type, batch, area, channels, gradient.pointer, target.pointer, adding)
      }
    }
  }

  private func emptyOutput(of geometry: ck_window) -> Tensor {
    let shape = [geometry.batch, geometry.output_height, geometry.output_width, geometry.channels]
    return Tensor(uninitialized: shape, dtype: dtype, pool: tape.pool)
  }
}

extension PoolingWindow {
  fileprivate func geometry(for shape: [Int]) -> ck_window {
    precondition(shape.count == 4, "pooling takes images, not shape \(shape)")
    let output = outputSize(height: shape[1], width: shape[2])
    precondition(
      output.allSatisfy { $0 > 0 }, "a \(kernelHeight)×\(kernelWidth) window does not fit images of shape \(shape)")
    return ck_window(
      batch: shape[0], height: shape[1], width: shape[2], channels: shape[3], output_height: output[0],
      output_width: output[1], kernel_height: kernelHeight, kernel_width: kernelWidth,
      stride_height: strideHeight, stride_width: strideWidth, dilation_height: 1, dilation_width: 1,
      padding_top: padding.top, padding_left: padding.left)
  }
}

extension Tensor {
  fileprivate var int32Pointer: UnsafePointer<Int32> { UnsafePointer(pointer.assumingMemoryBound(to: Int32.self)) }
}
