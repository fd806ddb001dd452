import Autograd
import CKernels
import Configuration
import Tensors

/// Batch normalisation (Ioffe and Szegedy, 2015): every channel is normalised to mean zero and variance one, then scaled and shifted.
///
/// Input and output `[batch, …, channels]`: vectors and images alike; `weight` and `bias` `[channels]`. In training
/// the statistics (biased variance) are those of the given part of the batch or, if synchronised, of the whole batch; in
/// evaluation, and if a rule keeps them, they are the running averages. Those follow the unbiased variance, as in PyTorch
/// (the biased one of a single row). Padding of sequences is left out of the statistics and becomes zero.
public final class BatchNorm: ReLUFusing {
  public let path: String
  public let name = "batch_norm"
  public let outputShape: [Int]
  public let weight: Parameter
  public let bias: Parameter
  public let runningMean: ModelBuffer
  public let runningVariance: ModelBuffer
  /// Whether the statistics are those of the whole batch.
  public let spansBatch: Bool
  /// Whether the running averages stay, and are used in training too.
  private let keepsStatistics: Bool
  private let epsilon: Double
  var fusesReLU = false

  public init(path: String, inputShape: [Int], settings: Settings, builder: ModelBuilder) {
    let channels = [inputShape[inputShape.count - 1]]
    self.path = path
    outputShape = inputShape
    keepsStatistics = builder.keepsStatistics(path + ".running_mean")
    (epsilon, spansBatch) = (settings.epsilon, settings.sync && !keepsStatistics)
    let momentum = keepsStatistics ? 0 : settings.momentum
    weight = builder.parameter(path + ".weight", shape: channels, role: .normalization, initially: .constant(1))
    bias = builder.parameter(path + ".bias", shape: channels, role: .normalization, initially: .constant(0))
    runningMean = builder.buffer(
      path + ".running_mean", shape: channels, initialValue: 0, momentum: momentum)
    runningVariance = builder.buffer(
      path + ".running_var", shape: channels, initialValue: 1, momentum: momentum)
  }

  public var parameters: [Parameter] { [weight, bias] }
  public var children: [any Layer] { [] }

  public var multiplyAdds: Int { 0 }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    guard spansBatch, let tapes = pass.tapes else { return pass.each(parts, forward) }
    return try forward(parts, pass, on: tapes)
  }

  private func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    guard let lengths = pass.lengths, pass.mode == .training else { return normalize(x, samples: x.shape[0], pass) }
    return normalize(x.packed(lengths: lengths), samples: x.shape[0], pass)
      .unpacked(lengths: lengths, time: x.shape[1])
  }

  private func normalize(_ x: Variable, samples: Int, _ pass: ForwardPass) -> Variable {
    let (weight, bias) = (pass.tape.parameter(weight), pass.tape.parameter(bias))
    let relu = fusesReLU && pass.fusesLayers
    if pass.mode == .evaluation || keepsStatistics {
      return x.normalized(
        mean: runningMean.value, variance: runningVariance.value, weight: weight, bias: bias, epsilon: epsilon,
        fusingReLU: relu)
    }
    let result = x.batchNormalized(weight: weight, bias: bias, epsilon: epsilon, fusingReLU: relu)
    let rows = Double(x.value.count / x.value.size(-1))
    write(mean: result.mean, variance: result.variance, rows: rows, samples: samples, to: pass)
    return result.output
  }

  private func forward(_ parts: [Variable], _ pass: JointPass, on tapes: TapeGroup) throws -> [Variable] {
    let rows = zip(parts, pass.parts).map { x, part in part.lengths.map { x.packed(lengths: $0) } ?? x }
    let result = try tapes.batchNormalized(
      rows, weight: weight, bias: bias, epsilon: epsilon, fusingReLU: fusesReLU && pass.fusesLayers)
    for (x, part) in zip(parts, pass.parts) {
      write(mean: result.mean, variance: result.variance, rows: result.rows, samples: x.shape[0], to: part)
    }
    return result.outputs.indices.map { part in
      let output = result.outputs[part]
      return pass.parts[part].lengths.map { output.unpacked(lengths: $0, time: parts[part].shape[1]) } ?? output
    }
  }

  /// Statistics of `rows` rows, times the number of samples, so that parts are weighted by their sizes.
  private func write(mean: Tensor, variance: Tensor, rows: Double, samples: Int, to pass: ForwardPass) {
    guard let statistics = pass.statistics else { return }
    let unbiased = rows > 1 ? rows / (rows - 1) : 1
    let sums = (mean: runningMean.view(of: statistics), variance: runningVariance.view(of: statistics))
    ck_scale(mean.dtype.kernelType, mean.count, Double(samples), mean.pointer, sums.mean.pointer)
    ck_scale(mean.dtype.kernelType, mean.count, Double(samples) * unbiased, variance.pointer, sums.variance.pointer)
  }
}

extension BatchNorm {
  public struct Settings: LayerSettings {
    public var momentum = 0.1
    public var epsilon = 1e-5
    public var sync = false

    /// - Parameter sync: Whether statistics are those of the global batch, not of each shard.
    public init(sync: Bool = false) { self.sync = sync }

    package static let forms = [
      LayerForm(
        "batch_norm",
        "Normalises each feature or channel over the samples of a shard or, with `sync`, of the global batch (Ioffe and "
          + "Szegedy, 2015).",
        template: Settings(),
        fields: [
          Field(
            "momentum", \.momentum, .number("number in (0, 1]") { $0 > 0 && $0 <= 1 },
            "Share of the new batch in the running averages (PyTorch's convention)."),
          Field("epsilon", \.epsilon, .positive, "Added to the variance."),
          Field(
            "sync", \.sync, .truth,
            "Statistics of the global batch, the same on any number of workers. All shards of a worker are then computed side "
              + "by side, so their activations are in memory at once, and all workers exchange values twice a layer and step."
          ),
        ],
        examples: [
          LayerExample(.batchNorm(Settings()), on: [5, 7, 3]), LayerExample(.batchNorm(Settings()), on: [5]),
          LayerExample(.batchNorm(Settings(sync: true)), on: [5, 3]),
        ])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      BatchNorm(path: context.path, inputShape: context.inputShape, settings: self, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// Batch normalisation.
  public static func batchNorm(_ settings: BatchNorm.Settings) -> Self { Self(settings) }
}
