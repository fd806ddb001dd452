import Autograd
import Tensors

extension ModelBuilder {
  /// Builds a list of layers; `path` is empty for the model itself, so that its layers are `0`, `1`, …
  func sequential(
    _ specifications: [LayerSpecification], path: String, inputShape: [Int]
  ) throws(ModelError) -> Sequential {
    var layers: [any Layer] = []
    var shape = inputShape
    for (index, specification) in specifications.enumerated() {
      let place = LayerPlace(
        path: path.isEmpty ? "\(index)" : "\(path).\(index)", kind: specification.name, inputShape: shape)
      let layer = try layer(specification, at: place, behind: layers.last)
      try place.requireCount(of: layer.outputShape, "gives")
      layers.append(layer)
      shape = layer.outputShape
    }
    return Sequential(path: path, inputShape: inputShape, layers: layers)
  }

  func layer(
    _ specification: LayerSpecification, at place: LayerPlace, behind previous: (any Layer)?
  ) throws(ModelError) -> any Layer {
    switch specification {
    case .gpt(let gpt, let vocabulary): return try self.gpt(gpt, vocabulary: vocabulary, at: place)
    case .vit(let vit, let outputs): return try self.vit(vit, outputs: outputs, at: place)
    case .embedding(let embedding): return try self.embedding(embedding, at: place)
    case .oneHot: return try oneHot(at: place)
    case .recurrent(let recurrent): return try self.recurrent(recurrent, at: place)
    case .layerNorm(let norm):
      return LayerNorm(
        path: place.path, inputShape: place.inputShape, bias: norm.bias, epsilon: norm.epsilon, builder: self)
    case .selfAttention(let attention): return try selfAttention(attention, at: place)
    case .positions(let positions): return try self.positions(positions, at: place)
    case .convolution1D(let convolution): return try self.convolution1D(convolution, at: place)
    case .maxPool1D(let pooling):
      let window = try window(pooling, at: place)
      return TimePool(
        path: place.path, name: place.kind, inputShape: place.inputShape, kind: .maximum, window: window)
    case .averagePool1D(let pooling):
      let window = try window(pooling, at: place)
      return TimePool(
        path: place.path, name: place.kind, inputShape: place.inputShape,
        kind: .mean(countingPadding: pooling.padding != .same), window: window)
    case .globalMaxPool:
      try place.requirePlaces()
      return GlobalMaxPool(path: place.path, inputShape: place.inputShape)
    case .lastStep:
      _ = try place.requireSequence()
      return LastStep(path: place.path, inputShape: place.inputShape)
    case .linear(let outputs, let bias, let initializer):
      return try linear(outputs: outputs, bias: bias, initializer: initializer, at: place)
    case .convolution(let convolution): return try self.convolution(convolution, at: place)
    case .batchNorm(let batchNorm):
      return BatchNorm(
        path: place.path, inputShape: place.inputShape, specification: batchNorm, builder: self)
    case .activation(let activation):
      let isFused = (previous as? any ActivationFusing)?.fuse(activation) ?? false
      return ActivationLayer(
        path: place.path, inputShape: place.inputShape, activation: activation, isFused: isFused)
    case .maxPool(let pooling):
      return MaxPool(path: place.path, inputShape: place.inputShape, window: try window(pooling, at: place))
    case .averagePool(let pooling):
      return AveragePool(
        path: place.path, inputShape: place.inputShape, window: try window(pooling, at: place),
        countsPadding: pooling.padding != .same)
    case .globalAveragePool:
      try place.requirePlaces()
      return GlobalAveragePool(path: place.path, inputShape: place.inputShape)
    case .dropout(let rate):
      guard rate >= 0, rate < 1 else {
        throw place.error("the rate is \(rate)", hint: "it must be at least 0 and below 1")
      }
      return Dropout(path: place.path, inputShape: place.inputShape, rate: rate, builder: self)
    case .flatten: return Flatten(path: place.path, inputShape: place.inputShape)
    case .residual(let body, let shortcut): return try residual(body: body, shortcut: shortcut, at: place)
    case .parallel(let branches): return try parallel(branches, at: place)
    }
  }

  private func linear(
    outputs own: Int?, bias: Bool, initializer: Initializer, at place: LayerPlace
  ) throws(ModelError) -> Linear {
    guard let outputs = own ?? outputs else {
      throw place.error("takes its outputs from the data, which have no classes", hint: "give it a number")
    }
    try place.requirePositive(outputs, "the number of outputs")
    guard place.inputShape.count < 3 else {
      throw place.error(
        "requires a vector, but gets an image of \(describe(place.inputShape)) [height, width, channels]",
        hint: "put flatten or global_average_pool in front of it")
    }
    try place.requireCount(of: [outputs] + place.inputShape.suffix(1), "has a weight of")
    return Linear(
      path: place.path, inputShape: place.inputShape, outputs: outputs, bias: bias, initializer: initializer,
      builder: self)
  }

  private func residual(
    body: [LayerSpecification], shortcut: [LayerSpecification], at place: LayerPlace
  ) throws(ModelError) -> Residual {
    let bodyLayers = try sequential(body, path: place.path + ".body", inputShape: place.inputShape)
    let shortcutLayers = try sequential(shortcut, path: place.path + ".shortcut", inputShape: place.inputShape)
    guard bodyLayers.outputShape == shortcutLayers.outputShape else {
      let (first, second) = (describe(bodyLayers.outputShape), describe(shortcutLayers.outputShape))
      throw place.error(
        "the body gives \(first), the shortcut \(second)",
        hint: shortcut.isEmpty
          ? "give it a shortcut that changes the shape, such as \(Self.shapeChanger(of: place.inputShape))"
          : "make both give the same shape")
    }
    return Residual(path: place.path, body: bodyLayers, shortcut: shortcutLayers)
  }

  private static func shapeChanger(of inputShape: [Int]) -> String {
    switch inputShape.count {
    case 1: "linear with the body's outputs"
    case 2: "a conv1d of kernel 1 with the body's filters and stride"
    default: "a 1×1 conv with the body's filters and stride"
    }
  }

  private func parallel(_ branches: [[LayerSpecification]], at place: LayerPlace) throws(ModelError) -> Parallel {
    guard !branches.isEmpty else { throw place.error("has no branches", hint: "list at least one") }
    var built: [Sequential] = []
    for (index, branch) in branches.enumerated() {
      let path = "\(place.path).branches.\(index)"
      built.append(try sequential(branch, path: path, inputShape: place.inputShape))
    }
    let sizes = built.map { $0.outputShape.dropLast() }
    if let odd = sizes.firstIndex(where: { $0 != sizes[0] }) {
      let (first, other) = (describe(built[0].outputShape), describe(built[odd].outputShape))
      throw place.error(
        "branch 0 gives \(first), branch \(odd) gives \(other)",
        hint: place.inputShape.count == 2
          ? "all branches must give the same places in time, or none; only channels may differ"
          : "all branches must give one height and width; only channels may differ")
    }
    return Parallel(path: place.path, branches: built)
  }
}
