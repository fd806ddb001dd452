import CKernels

/// Convolution as in networks (cross-correlation), with its gradients of input and weights, on images
/// [batch, height, width, channels] with weights [outputChannels, kernelHeight, kernelWidth, inputChannels / groups].
///
/// It has two back ends: oneDNN (float32, with the trait of that name), and a matrix product on patches (all types), with which
/// tests compare oneDNN. The geometry alone decides which one runs, and so the bits.
public struct Convolution {
  public let geometry: ConvolutionGeometry
  private let plans: ConvolutionPlans
  private var pool: StoragePool { plans.pool }

  /// - Parameters:
  ///   - geometry: Sizes, strides and padding.
  ///   - plans: Plans of the calling worker; not for two threads at a time.
  public init(_ geometry: ConvolutionGeometry, plans: ConvolutionPlans) {
    self.geometry = geometry
    self.plans = plans
  }

  /// Computes conv(input, weights) + bias into a new tensor, then max(·, 0) with `relu`.
  public func forward(_ input: Tensor, weights: Tensor, bias: Tensor? = nil, relu: Bool = false) -> Tensor {
    check(input, geometry.inputShape, "input")
    check(weights, geometry.weightShape, "weights")
    if let bias { check(bias, [geometry.outputChannels], "bias") }
    let output = Tensor(uninitialized: geometry.outputShape, dtype: input.dtype, pool: pool)
    guard output.count > 0 else { return output }
    #if OneDNN
      if let plan = plans.plan(for: geometry, .forward, dtype: input.dtype, bias: bias != nil, relu: relu) {
        plan.run(input: input, weights: weights, bias: bias, output: output, pool: pool)
        return output
      }
    #endif
    reference.forward(input, weights: weights, bias: bias, relu: relu, into: output)
    return output
  }

  /// Writes the gradient of the input to `inputGradient`, or adds it.
  public func backwardData(
    _ outputGradient: Tensor, weights: Tensor, into inputGradient: Tensor, accumulate: Bool = false
  ) {
    check(outputGradient, geometry.outputShape, "gradient of the output")
    check(weights, geometry.weightShape, "weights")
    check(inputGradient, geometry.inputShape, "gradient of the input")
    guard inputGradient.count > 0 else { return }
    #if OneDNN
      if let plan = plans.plan(for: geometry, .backwardData, dtype: inputGradient.dtype) {
        withTarget(inputGradient, accumulate) {
          plan.run(input: $0, weights: weights, bias: nil, output: outputGradient, pool: pool)
        }
        return
      }
    #endif
    reference.backwardData(outputGradient, weights: weights, into: inputGradient, accumulate: accumulate)
  }

  /// Writes the gradient of the weights, or adds it. (A bias's gradient is the sum of the output's gradient over
  /// positions: `ck_column_sums`.)
  public func backwardWeights(
    _ outputGradient: Tensor, input: Tensor, into weightGradient: Tensor, accumulate: Bool = false
  ) {
    check(outputGradient, geometry.outputShape, "gradient of the output")
    check(input, geometry.inputShape, "input")
    check(weightGradient, geometry.weightShape, "gradient of the weights")
    guard outputGradient.count > 0 else {
      if !accumulate { weightGradient.fillWithZeros() }
      return
    }
    #if OneDNN
      if let plan = plans.plan(for: geometry, .backwardWeights, dtype: input.dtype) {
        withTarget(weightGradient, accumulate) {
          plan.run(input: input, weights: $0, bias: nil, output: outputGradient, pool: pool)
        }
        return
      }
    #endif
    reference.backwardWeights(outputGradient, input: input, into: weightGradient, accumulate: accumulate)
  }

  private var reference: ReferenceConvolution { ReferenceConvolution(geometry: geometry, pool: pool) }

  /// Calls `write` with `target` to be overwritten, or with a temporary tensor that is then added to it.
  private func withTarget(_ target: Tensor, _ accumulate: Bool, _ write: (Tensor) -> Void) {
    guard accumulate else { return write(target) }
    let spare = Tensor(uninitialized: target.shape, dtype: target.dtype, pool: pool)
    write(spare)
    ck_add(target.dtype.kernelType, target.count, target.pointer, spare.pointer, target.pointer)
  }

  private func check(_ tensor: Tensor, _ shape: [Int], _ what: String) {
    precondition(tensor.shape == shape, "convolution: the \(what) has shape \(tensor.shape) instead of \(shape)")
  }
}
