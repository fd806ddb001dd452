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

  public init(widths: [Int], blocks: Int) { (self.widths, self.blocks) = (widths, blocks) }

  package func layers(at place: LayerPlace, outputs: Int) throws(ModelError) -> [LayerSpecification] {
    guard var channels = widths.first else { preconditionFailure("a residual network requires at least one width") }
    var layers = convolutionAndNorm(filters: channels, kernel: 3, stride: 1) + [.activation(.relu)]
    for (stage, width) in widths.enumerated() {
      for block in 0..<blocks {
        let stride = stage > 0 && block == 0 ? 2 : 1
        layers += basicBlock(from: channels, to: width, stride: stride)
        channels = width
      }
    }
    return layers + [.globalAveragePool, .linear(outputs: outputs, bias: true, initializer: .heNormal)]
  }

  private func basicBlock(from channels: Int, to width: Int, stride: Int) -> [LayerSpecification] {
    let body =
      convolutionAndNorm(filters: width, kernel: 3, stride: stride) + [.activation(.relu)]
      + convolutionAndNorm(filters: width, kernel: 3, stride: 1)
    let keepsShape = channels == width && stride == 1
    let shortcut = keepsShape ? [] : convolutionAndNorm(filters: width, kernel: 1, stride: stride)
    return [.residual(body: body, shortcut: shortcut), .activation(.relu)]
  }

  /// A convolution without bias (the normalisation's shift does its work) that keeps the size at stride 1.
  private func convolutionAndNorm(filters: Int, kernel: Int, stride: Int) -> [LayerSpecification] {
    var convolution = Convolution2D.Settings(filters: filters, kernel: Extent(kernel))
    convolution.stride = Extent(stride)
    convolution.padding = kernel > 1 ? .symmetric(Extent(kernel / 2)) : .valid
    convolution.bias = false
    return [.convolution(convolution), .batchNorm(BatchNorm.Settings(sync: syncBatchNorm))]
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
    ],
    example: ResidualNetwork(widths: [3, 5], blocks: 1), on: [5, 7, 3])

  package var input: ArchitectureInput { .images }
  package var isLanguageModel: Bool { false }
}

extension ModelSpecification {
  /// A residual network for small images.
  public static func residualNetwork(_ settings: ResidualNetwork) -> Self { Self(settings) }
}
