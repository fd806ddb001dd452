import CKernels
import Tensors

extension Variable {
  /// Convolution (cross-correlation) of images `[batch, height, width, channels]` with `weight`
  /// `[filters, kernel height, kernel width, channels / groups]`: `[batch, height', width', filters]`, plus `bias`
  /// `[filters]`, and ReLU in the same pass where asked.
  public func convolution(
    weight: Variable, bias: Variable?, window: ConvolutionWindow, fusingReLU relu: Bool = false
  ) -> Variable {
    let geometry = window.geometry(image: shape, filters: weight.shape[0])
    let convolution = Convolution(geometry, plans: tape.context.convolutionPlans)
    let output = convolution.forward(value, weights: weight.value, bias: bias?.value, relu: relu)
    return tape.record(output, inputs: [self, weight] + (bias.map { [$0] } ?? [])) { [self] gradient in
      let filters = weight.shape[0]
      let product = tape.gradientBeforeBias(
        gradient, output: output, activation: relu ? .relu : nil, bias: bias, rows: output.count / max(filters, 1),
        columns: filters)
      tape.accumulateGradient(of: weight) { target, adding in
        convolution.backwardWeights(product, input: value, into: target, accumulate: adding)
      }
      tape.accumulateGradient(of: self) { target, adding in
        convolution.backwardData(product, weights: weight.value, into: target, accumulate: adding)
      }
    }
  }
}

extension ConvolutionWindow {
  fileprivate func geometry(image: [Int], filters: Int) -> ConvolutionGeometry {
    precondition(image.count == 4, "convolution takes images, not shape \(image)")
    return ConvolutionGeometry(
      batch: image[0], height: image[1], width: image[2], inputChannels: image[3], outputChannels: filters,
      kernel: (kernelHeight, kernelWidth), stride: (strideHeight, strideWidth),
      dilation: (dilationHeight, dilationWidth), padding: padding, groups: groups)
  }
}
