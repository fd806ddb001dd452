import Configuration

/// A vision transformer (Dosovitskiy et al., 2021): an image is cut into patches, each becomes a vector, and blocks
/// of full attention with pre-normalisation read them as a sequence.
public struct VisionTransformer: Architecture {
  /// Layers that make the patches' vectors.
  public enum Stem: String, Sendable, CaseIterable {
    /// One convolution of the patch's size and stride.
    case patchify
    /// 3×3 convolutions of stride 2, batch-normalised, down to the patch's size, and a 1×1 convolution (Xiao et al.,
    /// 2021): better if there is little training.
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
  /// Number of elements of a patch's vector.
  public var width: Int
  /// Number of blocks.
  public var blocks: Int
  /// Number of attention heads of a block, a divisor of the width.
  public var heads: Int
  public var stem = Stem.patchify
  public var pooling = Pooling.mean
  /// Dropout rate of the embedding's and of every branch's outputs.
  public var dropout = 0.0
  /// Dropout rate of the attention probabilities.
  public var attentionDropout = 0.0
  /// Stochastic depth: rate of the last block's branches, growing linearly from 0 at the first block (Huang et al.,
  /// 2016).
  public var stochasticDepth = 0.0
  public var mlp = FeedForward.Kind.gelu
  /// Whether linear layers and normalisations in the blocks have biases.
  public var bias = true

  public init(patch: Int, width: Int, blocks: Int, heads: Int) {
    (self.patch, self.width, self.blocks, self.heads) = (patch, width, blocks, heads)
  }

  /// Layers from an image `[height, width, channels]` to an image of vectors, with one pixel for each patch.
  var stemLayers: [LayerSpecification] {
    var last = Convolution2D.Settings(filters: width, kernel: Extent(stem == .patchify ? patch : 1))
    last.stride = last.kernel
    last.initializer = .lecunNormal
    // A single convolution has timm's name, several are numbered.
    guard stem == .convolutions else { return [.convolution(last).named("proj")] }
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
      Field("width", \.width, .size(), "Elements of a patch's vector."),
      Field("blocks", \.blocks, .depth, "Number of blocks."),
      Field("heads", \.heads, .size(), "Attention heads of a block; they divide the width."),
      Field(
        "stem", \.stem, .word(),
        "Makes the patches' vectors: one convolution of the patch's size and stride, or 3×3 convolutions that halve "
          + "the image with batch normalisation until a patch is a pixel (Xiao et al., 2021)."),
      Field(
        "pooling", \.pooling, .word(),
        "Input of the classifier: the mean over the patches, or the last state of a learned vector in front of them."),
      Field(
        "dropout", \.dropout, .share, "Dropout rate of the embedding's and of every branch's outputs."),
      Field(
        "attention_dropout", \.attentionDropout, .share,
        "Dropout rate of the attention probabilities."),
      Field(
        "stochastic_depth", \.stochasticDepth, .share,
        "Share of the samples that the last block's branches leave out in training; it grows from 0 at the first "
          + "block (Huang et al., 2016)."),
      Field("mlp", \.mlp, .word(), FeedForward.Kind.meaning),
      Field("bias", \.bias, .truth, "Linear layers and normalisations of the blocks have biases."),
    ],
    example: VisionTransformer(patch: 2, width: 6, blocks: 2, heads: 3), on: [6, 4, 3])

  package var input: ArchitectureInput { .images }
  package var isLanguageModel: Bool { false }

  /// Parameters carry timm's names: `patch_embed.proj`, `cls_token`, `pos_embed`, `blocks.0.norm1`, `blocks.0.attn.qkv`, …,
  /// `norm`, `head`. Others are those of a stem of convolutions, `patch_embed.0`, …, and of a SwiGLU: `fc1` is timm's `fc1_x`.
  package func layers(for context: LayerContext, outputs: Int) throws(ModelError) -> [LayerSpecification] {
    try check(for: context)
    var positions = Positions.Settings(.learned)
    positions.isBare = true
    var norm = LayerNorm.Settings()
    norm.bias = bias
    let hasToken = pooling == .classToken
    var layers: [LayerSpecification] = [
      .sequential(stemLayers).named("patch_embed"), .imageToSequence.named("to_sequence"),
    ]
    if hasToken { layers.append(.classToken.named("cls_token")) }
    layers += [
      .positions(positions).named("pos_embed"), .dropout(rate: dropout).named("pos_drop"),
      .sequential((0..<blocks).map { .transformerBlock(block($0)) }).named("blocks"),
      .layerNorm(norm).named("norm"),
      (hasToken ? LayerSpecification.firstStep : .globalAveragePool).named("pool"),
    ]
    return layers + [.linear(outputs: outputs, bias: true, initializer: .zeros).named("head")]
  }

  private func block(_ index: Int) -> TransformerBlock.Settings {
    var block = TransformerBlock.Settings(heads: heads)
    (block.mlp, block.bias, block.depth, block.names) = (mlp, bias, blocks, .timm)
    (block.dropout, block.attentionDropout) = (dropout, attentionDropout)
    // Equation 4 of the paper, with the first block's rate at 0.
    block.dropPath = stochasticDepth > 0 ? stochasticDepth * Double(index) / Double(max(blocks - 1, 1)) : nil
    return block
  }

  private func check(for context: LayerContext) throws(ModelError) {
    let (height, columns, _) = try context.requireImage()
    try context.requirePositive(patch, "the patch")
    try context.requirePositive(blocks, "the number of blocks")
    try context.requirePositive(heads, "the number of heads")
    guard height % patch == 0, columns % patch == 0 else {
      throw context.error(
        "patches of \(patch)×\(patch) do not cut an image of \(height)×\(columns) evenly",
        hint: "use a patch that divides height and width")
    }
    guard width > 0, width % heads == 0 else {
      throw context.error(
        "\(heads) heads do not divide a width of \(width)", hint: "use a multiple of the heads")
    }
    guard stochasticDepth == 0 || blocks > 1 else {
      throw context.error(
        "stochastic depth never leaves the first block out, and there is no other",
        hint: "use more blocks, or leave stochastic_depth out")
    }
    guard stem == .patchify || (patch > 1 && patch.nonzeroBitCount == 1) else {
      throw context.error(
        "a stem of convolutions halves the image again and again, but a patch is \(patch)",
        hint: "use a patch of 2, 4, 8 or 16, or stem: patchify")
    }
    guard stem == .patchify || width >= patch / 2 else {
      throw context.error("a width of \(width) is too small for its stem", hint: "use a larger width")
    }
  }
}

extension ModelSpecification {
  /// A vision transformer.
  public static func visionTransformer(_ settings: VisionTransformer) -> Self { Self(settings) }
}
