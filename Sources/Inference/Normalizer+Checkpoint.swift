import Checkpoints
import DataPipeline

/// The normaliser is stored with the weights: a model requires input that is normalised as in training.
extension Normalizer {
  package var tensors: [TensorSource] {
    mean.isEmpty
      ? []
      : [
        TensorSource("data.mean", shape: [mean.count], values: mean),
        TensorSource("data.standard_deviation", shape: [mean.count], values: standardDeviation),
      ]
  }

  package init(of checkpoint: Checkpoint, kind: DatasetSpecification.Normalization) throws {
    guard kind != .none else {
      self = .none
      return
    }
    let mean = try checkpoint.floats("data.mean")
    let deviation = try checkpoint.floats("data.standard_deviation")
    // A subnormal deviation has no finite inverse.
    guard mean.count == deviation.count, mean.allSatisfy({ $0.isFinite }),
      deviation.allSatisfy({ $0 > 0 && $0.isNormal })
    else {
      throw CheckpointError(
        .damaged, path: checkpoint.path, "its mean and standard deviation of the data make no sense",
        hint: "use another checkpoint or get the file again")
    }
    self.init(kind: kind, mean: mean, standardDeviation: deviation)
  }
}
