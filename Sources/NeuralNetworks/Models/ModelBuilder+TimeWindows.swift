import Autograd
import Tensors

/// Layers that move a window over time.
extension ModelBuilder {
  func convolution1D(
    _ specification: Convolution1DSpecification, at place: LayerPlace
  ) throws(ModelError) -> Convolution1D {
    let (time, channels) = try place.requireSequence()
    let (kernel, filters) = (specification.kernel, specification.filters)
    try place.requirePositive(filters, "the number of filters")
    try place.requirePositive(kernel, "the kernel")
    try place.requirePositive(specification.stride, "the stride")
    try place.requirePositive(specification.dilation, "the dilation")
    let groups = specification.groups ?? channels
    guard groups > 0, channels % groups == 0, filters % groups == 0 else {
      throw place.error(
        "\(groups) groups do not divide its \(channels) channels and \(filters) filters",
        hint: "use a number of groups that divides both")
    }
    // Padding of one place moves the text against what is to be predicted.
    let isShifted = if case .symmetric(1...) = specification.padding { true } else { false }
    guard !predictsTokens || specification.padding == .causal || (kernel == 1 && !isShifted) else {
      throw place.error("sees the tokens that are to be predicted", hint: "write padding: causal")
    }
    var window = ConvolutionWindow(kernelHeight: 1, kernelWidth: kernel)
    (window.strideWidth, window.dilationWidth, window.groups) =
      (specification.stride, specification.dilation, groups)
    window.coversEnd = specification.padding == .same
    let span = specification.dilation * (kernel - 1) + 1
    window.padding = try padding(specification.padding, time: time, span: span, stride: window.strideWidth, at: place)
    guard window.outputSize(height: 1, width: time)[1] > 0 else {
      let dilated = specification.dilation == 1 ? "" : " with dilation \(specification.dilation)"
      throw place.error(
        "a kernel of \(kernel)\(dilated) does not fit its input \(describe(place.inputShape))",
        hint: "use a smaller kernel, padding, or less striding and pooling in front of it")
    }
    try place.requireCount(of: [filters, kernel, channels / groups], "has a weight of")
    return Convolution1D(
      path: place.path, inputShape: place.inputShape, filters: filters, window: window, bias: specification.bias,
      initializer: specification.initializer, builder: self)
  }

  func window(_ specification: Pooling1DSpecification, at place: LayerPlace) throws(ModelError) -> PoolingWindow {
    let (time, _) = try place.requireSequence()
    let kernel = specification.kernel
    try place.requirePositive(kernel, "the window")
    try place.requirePositive(specification.stride, "the stride")
    guard !predictsTokens || specification.padding == .causal || kernel == 1 else {
      throw place.error("sees the tokens that are to be predicted", hint: "write padding: causal and stride: 1")
    }
    var window = PoolingWindow(kernelHeight: 1, kernelWidth: kernel)
    window.strideWidth = specification.stride
    window.coversEnd = specification.padding == .same
    window.padding = try padding(
      specification.padding, time: time, span: kernel, stride: specification.stride, at: place)
    // A window must not lie in the padding alone: it would have no value to take.
    if case .symmetric(let amount) = specification.padding, 2 * amount > kernel {
      throw place.error(
        "padding \(amount) is more than half of its window of \(kernel)", hint: "use at most half of the window")
    }
    guard window.outputSize(height: 1, width: time)[1] > 0 else {
      throw place.error(
        "a window of \(kernel) does not fit its input \(describe(place.inputShape))",
        hint: "use a smaller window, global_max_pool, or less striding and pooling in front of it")
    }
    return window
  }

  /// - Parameter span: Places from a window's first to its last.
  private func padding(
    _ padding: TimePadding, time: Int, span: Int, stride: Int, at place: LayerPlace
  ) throws(ModelError) -> ImagePadding {
    switch padding {
    case .valid: return ImagePadding()
    case .causal: return ImagePadding(top: 0, left: span - 1, bottom: 0, right: 0)
    case .symmetric(let amount):
      guard amount >= 0 else { throw place.error("the padding is negative", hint: "it must be at least 0") }
      return ImagePadding(height: 0, width: amount)
    case .same:
      let outputs = (time + stride - 1) / stride
      let total = max((outputs - 1) * stride + span - time, 0)
      return ImagePadding(top: 0, left: total / 2, bottom: 0, right: total - total / 2)
    }
  }
}
