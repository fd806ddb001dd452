import Configuration
import Tensors

/// Path, kind and input shape of a layer while the model is built, for its construction and for error messages.
package struct LayerContext {
  let path: String
  let kind: String
  let inputShape: [Int]
  /// Whether the layer is the model's first, whose input is the data.
  var isFirst = false

  /// The context of a layer inside this one.
  func inside(_ name: String, kind: String) -> LayerContext {
    LayerContext(path: "\(path).\(name)", kind: kind, inputShape: inputShape)
  }

  /// The path of the list that the layer stands in, empty for the model's own.
  var listPath: String { path.lastIndex(of: ".").map { String(path[..<$0]) } ?? "" }

  /// The path of a layer in the same list.
  func beside(_ name: String) -> String { listPath.isEmpty ? name : "\(listPath).\(name)" }

  func error(_ problem: String, hint: String) -> ModelError {
    ModelError(path: path, kind: kind, inputShape: inputShape, problem: problem, hint: hint)
  }

  /// Height, width and channels of the image that reaches the layer.
  func requireImage() throws(ModelError) -> (height: Int, width: Int, channels: Int) {
    guard inputShape.count == 3 else {
      let isSequence = inputShape.count == 2
      let found =
        isSequence ? "a sequence of \(describe(inputShape)) [time, channels]" : "a vector of \(describe(inputShape))"
      throw error(
        "requires an image [height, width, channels], but gets \(found)",
        hint: isSequence
          ? "over sequences use conv1d, max_pool1d or average_pool1d"
          : "move it in front of the layer that flattens the image")
    }
    return (inputShape[0], inputShape[1], inputShape[2])
  }

  /// Requires an image or a sequence.
  func requirePositions() throws(ModelError) {
    guard inputShape.count > 1 else {
      throw error(
        "requires an image or a sequence, but gets a vector of \(describe(inputShape))",
        hint: "move it in front of the layer that makes a vector")
    }
  }

  /// Time steps and channels of the sequence that reaches the layer.
  func requireSequence(hint: String? = nil) throws(ModelError) -> (time: Int, channels: Int) {
    guard inputShape.count == 2 else {
      let found = inputShape.count == 1 ? "a vector" : "an image"
      let advice =
        inputShape.count == 1
        ? "put an embedding in front of it, and no layer that removes the time axis"
        : "for images there is \(imageWord)"
      throw error(
        "requires a sequence [time, channels], but gets \(found) of \(describe(inputShape))", hint: hint ?? advice)
    }
    return (inputShape[0], inputShape[1])
  }

  /// Requires numbers of tokens, which only a model's first layer gets.
  func requireTokens() throws(ModelError) {
    guard inputShape.count == 1, isFirst else {
      throw error(
        "requires the numbers of tokens [time], but gets \(describe(inputShape))",
        hint: "make it the model's first layer, on data of tokens")
    }
  }

  /// The corresponding layer for images.
  private var imageWord: String {
    switch kind {
    case "conv1d": "conv"
    case "max_pool1d": "max_pool"
    case "average_pool1d": "average_pool"
    case "self_attention", "transformer_block", "positions": "image_to_sequence, or architecture: vit"
    default: "flatten"
    }
  }

  func requirePositive(_ value: Int, _ what: String) throws(ModelError) {
    guard value > 0 else { throw error("\(what) is \(value)", hint: "it must be at least 1") }
  }

  func requirePositive(_ extent: Extent, _ what: String) throws(ModelError) {
    guard extent.height > 0, extent.width > 0 else {
      throw error("\(what) is \(describe(extent))", hint: "both sizes must be at least 1")
    }
  }

  func requireShare(_ value: Double, _ what: String) throws(ModelError) {
    guard value >= 0, value < 1 else { throw error("\(what) is \(value)", hint: "it must be at least 0 and below 1") }
  }

  func requireNonNegative(_ padding: ImagePadding) throws(ModelError) {
    guard min(padding.top, padding.bottom, padding.left, padding.right) >= 0 else {
      throw error("the padding is negative", hint: "it must be at least 0")
    }
  }

  /// Most elements of a tensor of a model, 256 GiB of Float; more is a mistake, and would overflow sooner or later.
  private static let largestCount = 1 << 36

  /// - Parameter what: `gives` for an output, `has a weight of`.
  func requireCount(of shape: [Int], _ what: String) throws(ModelError) {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Self.largestCount else {
        throw error(
          "\(what) \(describe(shape)) numbers, more than a tensor may have (\(Self.largestCount))",
          hint: "use smaller sizes")
      }
      count = product
    }
  }
}
