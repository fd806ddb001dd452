import CKernels
import Tensors

extension ParameterStore {
  /// Updates the running averages with a step's batch statistics: new = (1 − momentum)·old + momentum·(sum / samples).
  ///
  /// - Parameters:
  ///   - sums: Laid out like `bufferValues`: Σ over shards of statistic · samples of the shard.
  ///   - samples: Number of samples in the global batch; if 0, nothing changes.
  public func updateRunningAverages(sums: Tensor, samples: Double) {
    precondition(
      sums.count >= bufferFlatCount && sums.dtype == dtype,
      "statistics \(sums.dtype)\(sums.shape) for \(bufferFlatCount) buffer elements of \(dtype)")
    guard samples > 0 else { return }
    for buffer in buffers where buffer.momentum > 0 {
      ck_running_average(
        dtype.kernelType, buffer.count, buffer.momentum, 1 / samples, buffer.view(of: sums).pointer,
        buffer.value.pointer)
    }
  }
}
