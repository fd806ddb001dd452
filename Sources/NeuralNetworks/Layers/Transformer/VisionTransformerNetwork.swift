import Autograd
import Tensors

/// A vision transformer (Dosovitskiy et al., 2021): input `[batch, height, width, channels]`, output `[batch,
/// outputs]`.
///
/// Parameters carry timm's names: `patch_embed.proj`, `cls_token`, `pos_embed`, `blocks.0.norm1`,
/// `blocks.0.attn.qkv`, …, `norm`, `head`. Not timm's are those of a stem of convolutions, `patch_embed.0`, …, and of a
/// SwiGLU: `fc1` is timm's `fc1_x`.
public final class VisionTransformerNetwork: Layer {
  public let path = "vit"
  public let name = "vit"
  public let outputShape: [Int]
  private let stem: Sequential
  /// `[1, 1, width]`
  private let classToken: Parameter?
  /// `[1, places, width]`
  private let positions: Parameter
  private let dropout: Dropout
  private let blocks: [TransformerBlock]
  private let norm: LayerNorm
  private let head: Linear

  /// - Parameter stem: Gives an image with a pixel a patch.
  init(_ specification: VisionTransformer, stem: Sequential, outputs: Int, builder: ModelBuilder) {
    let (width, image) = (specification.width, stem.outputShape)
    let hasToken = specification.pooling == .classToken
    let places = image[0] * image[1] + (hasToken ? 1 : 0)
    let drawn = InitialValue.drawn(.normal(standardDeviation: 0.02), fanIn: places, fanOut: width)
    self.stem = stem
    outputShape = [outputs]
    classToken =
      hasToken ? builder.parameter("cls_token", shape: [1, 1, width], role: .token, initially: drawn) : nil
    positions = builder.parameter("pos_embed", shape: [1, places, width], role: .position, initially: drawn)
    var settings = TransformerSettings(
      time: places, width: width, heads: specification.heads, blocks: specification.blocks)
    (settings.isCausal, settings.names) = (false, .timm)
    (settings.dropout, settings.stochasticDepth) = (specification.dropout, specification.stochasticDepth)
    settings.attentionDropout = specification.attentionDropout
    (settings.mlp, settings.bias) = (specification.mlp, specification.bias)
    dropout = Dropout(path: "pos_drop", inputShape: settings.shape, rate: specification.dropout, builder: builder)
    blocks = (0..<specification.blocks).map { index in
      TransformerBlock(path: "blocks.\(index)", index: index, settings: settings, builder: builder)
    }
    norm = LayerNorm(path: "norm", inputShape: settings.shape, bias: specification.bias, builder: builder)
    head = Linear(
      path: "head", inputShape: [width], outputs: outputs, bias: true, initializer: .zeros, builder: builder)
  }

  public var parameters: [Parameter] { (classToken.map { [$0] } ?? []) + [positions] }
  public var children: [any Layer] { stem.layers + [dropout] + blocks + [norm, head] }
  public var spansBatch: Bool { false }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    var hidden = pass.each(try stem.forward(parts, pass), placed)
    hidden = try dropout(hidden, pass)
    for block in blocks { hidden = try block(hidden, pass) }
    hidden = try norm(hidden, pass)
    return try head(hidden.map { classToken == nil ? $0.meanOverTime() : $0.firstPlace() }, pass)
  }

  /// The patches' vectors as a sequence, behind the class token, with their positions.
  private func placed(_ image: Variable, _ pass: ForwardPass) -> Variable {
    let width = positions.shape[2]
    var places = image.reshaped([image.shape[0], -1, width])
    if let classToken { places = places.prepending(pass.tape.parameter(classToken)) }
    return places.addingPositions(pass.tape.parameter(positions).reshaped([-1, width]))
  }
}

extension VisionTransformerNetwork {
  /// A whole transformer over patches of images; it has no word in lists of layers.
  struct Settings: LayerSettings {
    var vit: VisionTransformer
    var outputs: Int

    static var forms: [LayerForm] { [] }
    var kind: String { "vit" }

    var timeDependence: TimeDependence { .none }

    func layer(
      at place: LayerPlace, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      guard place.isFirst else { throw place.error("stands behind other layers", hint: "make it the whole model") }
      let (height, width, _) = try place.requireImage()
      let patch = vit.patch
      try place.requirePositive(patch, "the patch")
      try place.requirePositive(vit.blocks, "the number of blocks")
      try place.requirePositive(vit.heads, "the number of heads")
      try place.requirePositive(outputs, "the number of outputs")
      guard height % patch == 0, width % patch == 0 else {
        throw place.error(
          "patches of \(patch)×\(patch) do not cut an image of \(height)×\(width) evenly",
          hint: "use a patch that divides height and width")
      }
      guard vit.width > 0, vit.width % vit.heads == 0 else {
        throw place.error(
          "\(vit.heads) heads do not divide a width of \(vit.width)",
          hint: "use a multiple of the heads")
      }
      guard vit.stochasticDepth == 0 || vit.blocks > 1 else {
        throw place.error(
          "stochastic depth never leaves the first block out, and there is no other",
          hint: "use more blocks, or leave stochastic_depth out")
      }
      guard vit.stem == .patchify || (patch > 1 && patch.nonzeroBitCount == 1) else {
        throw place.error(
          "a stem of convolutions halves the image again and again, but a patch is \(patch)",
          hint: "use a patch of 2, 4, 8 or 16, or stem: patchify")
      }
      guard vit.stem == .patchify || vit.width >= patch / 2 else {
        throw place.error("a width of \(vit.width) is too small for its stem", hint: "use a larger width")
      }
      try place.requireCount(of: [vit.blocks, 4 * vit.width, vit.width], "has weights of")
      // One convolution has timm's name, several have numbers.
      let layers = vit.stemLayers
      let stem =
        layers.count == 1
        ? Sequential(
          path: "patch_embed", inputShape: place.inputShape,
          layers: [
            try layers[0].settings.layer(
              at: LayerPlace(path: "patch_embed.proj", kind: layers[0].name, inputShape: place.inputShape), behind: nil,
              in: builder)
          ]) : try builder.sequential(layers, path: "patch_embed", inputShape: place.inputShape)
      return VisionTransformerNetwork(vit, stem: stem, outputs: outputs, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// A whole transformer over patches of images.
  public static func vit(_ vit: VisionTransformer, outputs: Int) -> Self {
    Self(VisionTransformerNetwork.Settings(vit: vit, outputs: outputs))
  }
}
