import Configuration

/// A vision transformer (Dosovitskiy et al., 2021): an image is cut into patches, each becomes a vector, and blocks
/// of full attention, normalised in front, read them as a sequence.
public struct VisionTransformer: Architecture {
  /// Layers that make the patches' vectors.
  public enum Stem: String, Sendable, CaseIterable {
    /// One convolution of the patch's size and stride.
    case patchify
    /// 3×3 convolutions of stride 2, batch-normalised, down to the patch's size, and a 1×1 convolution (Xiao et al.,
    /// 2021): a better start where there is little training.
    case convolutions
  }

  /// Input of the classifier, from the last block.
  public enum Pooling: String, Sendable, CaseIterable {
    /// The mean over the patches (Beyer et al., 2022).
    case mean
    /// The last state of a learned vector in front of the patches.
    case classToken = "class_token"
  }

  /// Height and width of a patch.
  public var patch: Int
  /// Elements of the vector of each patch.
  public var width: Int
  /// Number of blocks.
  public var blocks: Int
  /// Attention heads a block; they divide the width.
  public var heads: Int
  public var stem = Stem.patchify
  public var pooling = Pooling.mean
  /// Share of the embedding's and of every branch's outputs that training sets to zero.
  public var dropout = 0.0
  /// Share of the attention's probabilities that training sets to zero.
  public var attentionDropout = 0.0
  /// Share of the samples that the last block's branches leave out in training, growing from 0 at the first (Huang et
  /// al., 2016).
  public var stochasticDepth = 0.0
  public var mlp = GPT.FeedForward.gelu
  /// Whether linear layers and normalisations in the blocks have biases.
  public var bias = true

  public init(patch: Int, width: Int, blocks: Int, heads: Int) {
    (self.patch, self.width, self.blocks, self.heads) = (patch, width, blocks, heads)
  }

  /// The layers that make an image `[height, width, channels]` an image of vectors, a pixel a patch.
  var stemLayers: [LayerSpecification] {
    var last = Convolution2D.Settings(filters: width, kernel: Extent(stem == .patchify ? patch : 1))
    last.stride = last.kernel
    last.initializer = .lecunNormal
    guard stem == .convolutions else { return [.convolution(last)] }
    let halvings = patch.trailingZeroBitCount
    let halving = (0..<halvings).flatMap { index -> [LayerSpecification] in
      var convolution = Convolution2D.Settings(filters: width >> (halvings - 1 - index), kernel: Extent(3))
      (convolution.stride, convolution.padding, convolution.bias) = (Extent(2), .symmetric(Extent(1)), false)
      return [.convolution(convolution), .batchNorm(BatchNorm.Settings()), .activation(.relu)]
    }
    return halving + [.convolution(last)]
  }
}

extension VisionTransformer {
  package static let form = ArchitectureForm(
    "vit", "a vision transformer over patches of images (Dosovitskiy et al., 2021)",
    template: VisionTransformer(patch: 4, width: 192, blocks: 6, heads: 3),
    fields: [
      Field("patch", \.patch, .size(), "Height and width of a patch; it divides the image's."),
      Field("width", \.width, .size(), "Elements of the vector of each patch."),
      Field("blocks", \.blocks, .depth, "Number of blocks."),
      Field("heads", \.heads, .size(), "Attention heads a block; they divide the width."),
      Field(
        "stem", \.stem, .word(),
        "Makes the patches' vectors: one convolution of the patch's size and stride, or 3×3 convolutions that halve "
          + "the image with batch normalisation until a patch is a pixel (Xiao et al., 2021)."),
      Field(
        "pooling", \.pooling, .word(),
        "What the classifier sees: the mean over the patches, or a learned vector in front of them."),
      Field(
        "dropout", \.dropout, .share, "Share of the embedding's and of every branch's outputs that is set to zero."),
      Field(
        "attention_dropout", \.attentionDropout, .share,
        "Share of the attention's probabilities that is set to zero in training."),
      Field(
        "stochastic_depth", \.stochasticDepth, .share,
        "Share of the samples that the last block's branches leave out in training; it grows from 0 at the first "
          + "block (Huang et al., 2016)."),
      Field("mlp", \.mlp, .word(), "As for `gpt`."),
      Field("bias", \.bias, .truth, "Linear layers and normalisations of the blocks have biases."),
    ],
    example: VisionTransformer(patch: 2, width: 6, blocks: 2, heads: 3), on: [6, 4, 3])

  package var input: ArchitectureInput { .images }
  package var isLanguageModel: Bool { false }

  package func layers(inputShape: [Int], outputs: Int) -> [LayerSpecification] {
    [.vit(self, outputs: outputs)]
  }
}

extension ModelSpecification {
  /// A vision transformer.
  public static func visionTransformer(_ settings: VisionTransformer) -> Self { Self(settings) }
}
