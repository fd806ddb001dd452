import Configuration

/// The residual networks for small images of He et al., "Deep Residual Learning for Image Recognition" (2016), section
/// 4.2: a 3×3 convolution, stages of basic blocks, global average pooling, one linear layer. The first block of every
/// stage but the first halves height and width; where a block changes shape, its shortcut is a 1×1 convolution.
///
/// Widths 16, 32, 64 with 3 blocks a stage make ResNet-20; 64, 128, 256, 512 with 2 make ResNet-18's small-image form.
public struct ResidualNetwork: Architecture {
  /// Channels of each stage.
  public var widths: [Int]
  /// Blocks in each stage.
  public var blocks: Int
  /// Normalises by statistics of the global batch.
  public var syncBatchNorm = false
  public var names = Names.numbers

  /// Names of its parameters in files.
  public enum Names: String, Sendable, CaseIterable {
    /// Indices in the list of layers: `3.body.0.weight`.
    case numbers
    /// torchvision's and timm's: `conv1.weight`, `layer1.0.bn1.bias`, `layer2.0.downsample.0.weight`, `fc.weight`.
    case torchvision
  }

  public init(widths: [Int], blocks: Int) { (self.widths, self.blocks) = (widths, blocks) }

  package func layers(for context: LayerContext, outputs: Int) throws(ModelError) -> [LayerSpecification] {
    guard var channels = widths.first else { preconditionFailure("a residual network requires at least one width") }
    var layers = convolutionAndNorm(filters: channels, kernel: 3, stride: 1, names: ["conv1", "bn1"])
    layers.append(named(.activation(.relu), "relu"))
    for (stage, width) in widths.enumerated() {
      let stageBlocks = (0..<blocks).map { block -> [LayerSpecification] in
        defer { channels = width }
        return basicBlock(from: channels, to: width, stride: stage > 0 && block == 0 ? 2 : 1)
      }
      switch names {
      case .numbers: layers += stageBlocks.joined()
      case .torchvision: layers.append(.sequential(stageBlocks.map { .sequential($0) }).named("layer\(stage + 1)"))
      }
    }
    return layers + [
      named(.globalAveragePool, "avgpool"),
      named(.linear(outputs: outputs, bias: true, initializer: .heNormal), "fc"),
    ]
  }

  private func basicBlock(from channels: Int, to width: Int, stride: Int) -> [LayerSpecification] {
    let body =
      convolutionAndNorm(filters: width, kernel: 3, stride: stride, names: ["conv1", "bn1"])
      + [named(.activation(.relu), "relu1")]
      + convolutionAndNorm(filters: width, kernel: 3, stride: 1, names: ["conv2", "bn2"])
    let keepsShape = channels == width && stride == 1
    var residual = Residual.Settings(
      body: body, shortcut: keepsShape ? [] : convolutionAndNorm(filters: width, kernel: 1, stride: stride))
    if names == .torchvision { (residual.bodyName, residual.shortcutName) = (nil, "downsample") }
    return [named(LayerSpecification(residual), "residual"), named(.activation(.relu), "relu2")]
  }

  /// A convolution without bias (the normalisation's shift does its work) that keeps the size at stride 1.
  private func convolutionAndNorm(
    filters: Int, kernel: Int, stride: Int, names: [String]? = nil
  ) -> [LayerSpecification] {
    var convolution = Convolution2D.Settings(filters: filters, kernel: Extent(kernel))
    convolution.stride = Extent(stride)
    convolution.padding = kernel > 1 ? .symmetric(Extent(kernel / 2)) : .valid
    convolution.bias = false
    let layers: [LayerSpecification] = [
      .convolution(convolution), .batchNorm(BatchNorm.Settings(sync: syncBatchNorm)),
    ]
    return names.map { zip(layers, $0).map(named) } ?? layers
  }

  private func named(_ layer: LayerSpecification, _ name: String) -> LayerSpecification {
    names == .torchvision ? layer.named(name) : layer
  }
}

extension ResidualNetwork {
  package static let form = ArchitectureForm(
    "resnet", "a residual network for small images (He et al., 2016)",
    template: ResidualNetwork(widths: [16, 32, 64], blocks: 3),
    fields: [
      Field("widths", \.widths, Codec.sizes(atLeast: 1), "Channels of each stage; all but the first halve the image."),
      Field("blocks", \.blocks, .depth, "Basic blocks in each stage."),
      Field("sync_batch_norm", \.syncBatchNorm, .truth, "As `sync` of the layer `batch_norm`."),
      Field(
        "names", \.names, .word(),
        "Names of the parameters in files: indices in the list of layers, or those of torchvision and timm."),
    ],
    example: ResidualNetwork(widths: [3, 5], blocks: 1), on: [5, 7, 3])

  package var input: ArchitectureInput { .images }
  package var isLanguageModel: Bool { false }
}

extension ModelSpecification {
  /// A residual network for small images.
  public static func residualNetwork(_ settings: ResidualNetwork) -> Self { Self(settings) }
}
