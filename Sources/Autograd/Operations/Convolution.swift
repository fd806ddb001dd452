import CKernels
import Tensors

extension Variable {
  /// Convolution (cross-correlation) of images `[batch, height, width, channels]` with `weight`
  /// `[filters, kernel height, kernel width, channels / groups]`: `[batch, height', width', filters]`, plus `bias`
  /// `[filters]`, and optionally ReLU in the same pass.
  ///
  /// Sequences `[batch, time, channels]` with `weight` `[filters, kernel, channels / groups]` are treated as images of
  /// height 1.
  public func convolution(
    weight: Variable, bias: Variable?, window: ConvolutionWindow, fusingReLU relu: Bool = false
  ) -> Variable {
    let isSequence = shape.count == 3
    precondition(
      weight.shape.count == shape.count && (!isSequence || weight.shape[1] == window.kernelWidth),
      "convolution of \(shape) by \(weight.shape)")
    let geometry = window.geometry(
      image: isSequence ? [shape[0], 1, shape[1], shape[2]] : shape, filters: weight.shape[0])
    let convolution = Convolution(geometry, plans: tape.context.convolutionPlans)
    let input = value.reshaped(geometry.inputShape)
    let weights = weight.value.reshaped(geometry.weightShape)
    let output = convolution.forward(input, weights: weights, bias: bias?.value, relu: relu)
    let outputShape = isSequence ? [output.shape[0], output.shape[2], output.shape[3]] : output.shape
    return tape.record(output.reshaped(outputShape), inputs: [self, weight] + (bias.map { [$0] } ?? [])) {
      [self] gradient in
      let filters = weight.shape[0]
      let preactivationGradient = tape.gradientBeforeBias(
        gradient.reshaped(output.shape), output: output, activation: relu ? .relu : nil, bias: bias,
        rows: output.count / max(filters, 1),
        columns: filters)
      tape.accumulateGradient(of: weight) { target, adding in
        convolution.backwardWeights(
          preactivationGradient, input: input, into: target.reshaped(weights.shape), accumulate: adding)
      }
      tape.accumulateGradient(of: self) { target, adding in
        convolution.backwardData(
          preactivationGradient, weights: weights, into: target.reshaped(input.shape), accumulate: adding)
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
