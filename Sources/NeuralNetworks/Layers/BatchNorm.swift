import Autograd
import CKernels
import Tensors

/// Batch normalisation (Ioffe and Szegedy, 2015): every channel to mean zero and variance one over the shard, then
/// scaled and shifted.
///
/// Input and output `[batch, …, channels]`: vectors and images alike; `weight` and `bias` `[channels]`. In training
/// the statistics are the shard's own (biased variance); in evaluation the running averages, which, as
/// in PyTorch, follow the unbiased variance (the biased one where there is a single row).
public final class BatchNorm: ActivationFusing {
  public let path: String
  public let name = "batch_norm"
  public let outputShape: [Int]
  public let weight: Parameter
  public let bias: Parameter
  public let runningMean: ModelBuffer
  public let runningVariance: ModelBuffer
  private let epsilon: Double
  private var fusesReLU = false

  public init(path: String, inputShape: [Int], specification: BatchNormSpecification, builder: ModelBuilder) {
    let channels = [inputShape[inputShape.count - 1]]
    self.path = path
    outputShape = inputShape
    epsilon = specification.epsilon
    weight = builder.parameter(path + ".weight", shape: channels, role: .normalization, initially: .constant(1))
    bias = builder.parameter(path + ".bias", shape: channels, role: .normalization, initially: .constant(0))
    runningMean = builder.buffer(
      path + ".running_mean", shape: channels, initialValue: 0, momentum: specification.momentum)
    runningVariance = builder.buffer(
      path + ".running_var", shape: channels, initialValue: 1, momentum: specification.momentum)
  }

  public var parameters: [Parameter] { [weight, bias] }

  func fuse(_ activation: Activation) -> Bool {
    guard activation == .relu, !fusesReLU else { return false }
    fusesReLU = true
    return true
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let (weight, bias) = (pass.tape.parameter(weight), pass.tape.parameter(bias))
    let relu = fusesReLU && pass.fusesLayers
    switch pass.mode {
    case .evaluation:
      return x.normalized(
        mean: runningMean.value, variance: runningVariance.value, weight: weight, bias: bias, epsilon: epsilon,
        fusingReLU: relu)
    case .training:
      let result = x.batchNormalized(weight: weight, bias: bias, epsilon: epsilon, fusingReLU: relu)
      if let statistics = pass.statistics { write(result, of: x, to: statistics) }
      return result.output
    }
  }

  /// Sums over samples, so that shards of different sizes weigh by their sizes.
  private func write(_ result: BatchNormalization, of x: Variable, to statistics: Tensor) {
    let samples = Double(x.shape[0])
    let rows = Double(x.value.count / x.value.size(-1))
    let unbiased = rows > 1 ? rows / (rows - 1) : 1
    let (mean, variance) = (runningMean.view(of: statistics), runningVariance.view(of: statistics))
    ck_scale(mean.dtype.kernelType, mean.count, samples, result.mean.pointer, mean.pointer)
    ck_scale(mean.dtype.kernelType, mean.count, samples * unbiased, result.variance.pointer, variance.pointer)
  }
}
