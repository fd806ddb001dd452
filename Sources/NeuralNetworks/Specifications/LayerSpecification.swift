import Autograd

/// One layer of a model as a configuration writes it, before the shapes are known.
public indirect enum LayerSpecification: Sendable, Equatable {
  /// Without a number of outputs as many as the data have classes (different tokens, where the next one is predicted).
  case linear(outputs: Int?, bias: Bool, initializer: Initializer)
  case convolution(ConvolutionSpecification)
  case batchNorm(BatchNormSpecification)
  case activation(Activation)
  case maxPool(PoolingSpecification)
  case averagePool(PoolingSpecification)
  case globalAveragePool
  case dropout(rate: Double)
  case flatten
  /// output = body(x) + shortcut(x); an empty shortcut is the identity.
  case residual(body: [LayerSpecification], shortcut: [LayerSpecification])
  /// Every branch sees x; outputs are concatenated along channels.
  case parallel(branches: [[LayerSpecification]])
  /// A learned vector for each token of a sequence.
  case embedding(EmbeddingSpecification)
  /// A unit vector for each token of a sequence.
  case oneHot
  case recurrent(RecurrentSpecification)
  case layerNorm(LayerNormSpecification)
  case selfAttention(SelfAttentionSpecification)
  case positions(PositionsSpecification)
  case convolution1D(Convolution1DSpecification)
  case maxPool1D(Pooling1DSpecification)
  case averagePool1D(Pooling1DSpecification)
  case globalMaxPool
  /// The value at a sequence's last place.
  case lastStep

  /// A whole transformer over tokens.
  case gpt(GPT, vocabulary: Int)
  /// A whole transformer over patches of images.
  case vit(VisionTransformer, outputs: Int)

  /// The word that configurations and messages use for this layer.
  public var name: String {
    switch self {
    case .linear: "linear"
    case .convolution: "conv"
    case .batchNorm: "batch_norm"
    case .activation(let activation): activation.name
    case .maxPool: "max_pool"
    case .averagePool: "average_pool"
    case .globalAveragePool: "global_average_pool"
    case .dropout: "dropout"
    case .flatten: "flatten"
    case .residual: "residual"
    case .parallel: "parallel"
    case .embedding: "embedding"
    case .oneHot: "one_hot"
    case .gpt: "gpt"
    case .vit: "vit"
    case .recurrent(let recurrent): recurrent.name
    case .layerNorm: "layer_norm"
    case .selfAttention: "self_attention"
    case .positions: "positions"
    case .convolution1D: "conv1d"
    case .maxPool1D: "max_pool1d"
    case .averagePool1D: "average_pool1d"
    case .globalMaxPool: "global_max_pool"
    case .lastStep: "last_step"
    }
  }
}

/// Elementwise non-linearities, as the differentiable operations know them.
public typealias Activation = Autograd.Activation

/// How a weight starts. Fan-in is the number of inputs that one output sums over; biases start at zero.
public enum Initializer: Sendable, Equatable {
  /// Variance 2 / fan-in (He et al., 2015).
  case heNormal, heUniform
  /// Variance 2 / (fan-in + fan-out) (Glorot and Bengio, 2010).
  case xavierNormal, xavierUniform
  /// Variance 1 / fan-in (LeCun et al., 1998).
  case lecunNormal, lecunUniform
  case normal(standardDeviation: Double)
  /// Normal with variance `gain` / fan-in.
  case scaledNormal(gain: Double)
  case zeros
}

/// A pair of sizes along height and width.
public struct Extent: Sendable, Equatable {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }
  public init(_ both: Int) { self.init(height: both, width: both) }
}

public enum Padding: Sendable, Equatable {
  /// No padding.
  case valid
  /// As much as keeps ceil(size / stride) outputs; where the total is odd the extra row or column goes to the end.
  case same
  /// This much on both sides.
  case symmetric(Extent)
}

public struct ConvolutionSpecification: Sendable, Equatable {
  public var filters: Int
  public var kernel: Extent
  public var stride = Extent(1)
  public var padding = Padding.valid
  public var dilation = Extent(1)
  /// Input channels are cut into this many groups; nil means one group a channel (depthwise).
  public var groups: Int? = 1
  public var bias = true
  public var initializer = Initializer.heNormal

  public init(filters: Int, kernel: Extent) { (self.filters, self.kernel) = (filters, kernel) }
}

public struct BatchNormSpecification: Sendable, Equatable {
  /// Share of the new batch in the running averages (PyTorch's convention).
  public var momentum = 0.1
  public var epsilon = 1e-5
  /// Whether statistics are those of the global batch, not of each shard.
  public var sync = false

  public init(sync: Bool = false) { self.sync = sync }
}

public struct PoolingSpecification: Sendable, Equatable {
  public var kernel: Extent
  public var stride: Extent
  public var padding = Padding.valid

  public init(kernel: Extent, stride: Extent? = nil) {
    self.kernel = kernel
    self.stride = stride ?? kernel
  }
}
