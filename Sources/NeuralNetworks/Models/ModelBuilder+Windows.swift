import Autograd
import Tensors

/// Layers that move a window over an image.
extension ModelBuilder {
  func convolution(_ specification: ConvolutionSpecification, at place: LayerPlace) throws(ModelError) -> Convolution2D
  {
    let (height, width, channels) = try place.requireImage()
    let (kernel, filters) = (specification.kernel, specification.filters)
    try place.requirePositive(filters, "the number of filters")
    try place.requirePositive(kernel, "the kernel")
    try place.requirePositive(specification.stride, "the stride")
    try place.requirePositive(specification.dilation, "the dilation")
    let groups = specification.groups ?? channels
    guard groups > 0, channels % groups == 0 else {
      throw place.error(
        "\(groups) groups do not divide the \(channels) channels of its input \(describe(place.inputShape))",
        hint: "use a number of groups that divides both channels and filters")
    }
    guard filters % groups == 0 else {
      throw place.error(
        "\(groups) groups do not divide its \(filters) filters",
        hint: "use a number of filters that is a multiple of the groups")
    }
    var window = ConvolutionWindow(kernelHeight: kernel.height, kernelWidth: kernel.width)
    (window.strideHeight, window.strideWidth) = (specification.stride.height, specification.stride.width)
    (window.dilationHeight, window.dilationWidth) = (specification.dilation.height, specification.dilation.width)
    window.groups = groups
    window.padding = specification.padding.resolved(
      height: height, width: width, kernel: kernel, stride: specification.stride, dilation: specification.dilation)
    try requireNonNegative(window.padding, at: place)
    guard window.outputSize(height: height, width: width).allSatisfy({ $0 > 0 }) else {
      let dilated = specification.dilation == Extent(1) ? "" : " with dilation \(describe(specification.dilation))"
      throw place.error(
        "a \(describe(kernel)) kernel\(dilated) does not fit its input \(describe(place.inputShape))",
        hint: "use a smaller kernel, padding, or less striding and pooling in front of it")
    }
    try place.requireCount(of: [filters, kernel.height, kernel.width, channels / groups], "has a weight of")
    return Convolution2D(
      path: place.path, inputShape: place.inputShape, filters: filters, window: window, bias: specification.bias,
      initializer: specification.initializer, builder: self)
  }

  func window(_ specification: PoolingSpecification, at place: LayerPlace) throws(ModelError) -> PoolingWindow {
    let (height, width, _) = try place.requireImage()
    let kernel = specification.kernel
    try place.requirePositive(kernel, "the window")
    try place.requirePositive(specification.stride, "the stride")
    var window = PoolingWindow(kernelHeight: kernel.height, kernelWidth: kernel.width)
    (window.strideHeight, window.strideWidth) = (specification.stride.height, specification.stride.width)
    window.padding = specification.padding.resolved(
      height: height, width: width, kernel: kernel, stride: specification.stride)
    try requireNonNegative(window.padding, at: place)
    // A window must not lie in the padding alone: it would have no value to take.
    if case .symmetric(let extent) = specification.padding,
      2 * extent.height > kernel.height || 2 * extent.width > kernel.width
    {
      throw place.error(
        "padding \(describe(extent)) is more than half of its \(describe(kernel)) window",
        hint: "use at most half of the window")
    }
    guard window.outputSize(height: height, width: width).allSatisfy({ $0 > 0 }) else {
      throw place.error(
        "a \(describe(kernel)) window does not fit its input \(describe(place.inputShape))",
        hint: "use a smaller window, global_average_pool, or less striding and pooling in front of it")
    }
    return window
  }

  private func requireNonNegative(_ padding: ImagePadding, at place: LayerPlace) throws(ModelError) {
    guard min(padding.top, padding.bottom, padding.left, padding.right) >= 0 else {
      throw place.error("the padding is negative", hint: "it must be at least 0")
    }
  }
}
