import Autograd
import Tensors
import TestSupport
import Testing

/// Convolution against differences in float64, with respect to image, weight and bias.
@Suite struct ConvolutionGradientTests {
  private let pool = StoragePool()

  static let windows: [ConvolutionWindow] = {
    let plain = ConvolutionWindow(kernelHeight: 3, kernelWidth: 2)
    var strided = plain
    (strided.strideHeight, strided.strideWidth) = (2, 3)
    strided.padding = ImagePadding(height: 1, width: 1)
    var dilated = plain
    (dilated.dilationHeight, dilated.dilationWidth) = (2, 3)
    dilated.padding = ImagePadding(top: 2, left: 0, bottom: 1, right: 3)
    var grouped = plain
    grouped.groups = 3
    var depthwise = strided
    depthwise.groups = 6
    var patches = ConvolutionWindow(kernelHeight: 2, kernelWidth: 3)
    (patches.strideHeight, patches.strideWidth) = (2, 3)
    let pointwise = ConvolutionWindow(kernelHeight: 1, kernelWidth: 1)
    return [plain, strided, dilated, grouped, depthwise, patches, pointwise]
  }()

  @Test(arguments: windows, [false, true]) func gradients(window: ConvolutionWindow, relu: Bool) {
    var random = TestRandom(seed: 31)
    let image = random.tensor([2, 5, 4, 6], pool: pool)
    let weight = random.tensor(
      [6, window.kernelHeight, window.kernelWidth, 6 / window.groups], pool: pool)
    let bias = random.tensor([6], gap: 0.1, pool: pool)
    for inputs in [[image, weight, bias], [image, weight]] {
      let check = GradientCheck.of(inputs, pool: pool) { _, v in
        v[0].convolution(
          weight: v[1], bias: v.count > 2 ? v[2] : nil, window: window, fusingReLU: relu)
      }
      #expect(check.largestError <= gradientTolerance, "\(window): \(check.worst)")
    }
  }
}
