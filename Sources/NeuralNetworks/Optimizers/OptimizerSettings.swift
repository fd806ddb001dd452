import Autograd
import CKernels
import Configuration
import Tensors

/// The settings of one optimiser, and its arithmetic.
package protocol OptimizerSettings: CatalogueSection {
  /// Names of the flat buffers that the optimiser keeps between steps, as in checkpoints. Buffers are laid out like the
  /// parameters, and zero before the first step.
  var stateNames: [String] { get }

  /// Updates a range of parameters in one pass over memory.
  func update(_ parameters: ParameterUpdate)
}

/// An optimiser whose update of a parameter depends on the norms of the whole parameter and of its gradient.
package protocol NormedOptimizerSettings: OptimizerSettings {
  /// The factor of a parameter's gradient in a step; parameters that are not regularised have 1.
  func gradientFactor(weightNorm: Double, gradientNorm: Double, weightDecay: Double) -> Double
}

/// The update of a range of parameters in one step, as an optimiser's kernel takes it. The range includes the padding after
/// parameters, whose gradients and weights are and stay zero.
package struct ParameterUpdate {
  /// Number of this update in the run, from 0.
  let step: Int
  /// The schedule's rate times the factor of these parameters.
  let learningRate: Double
  /// The loss's gradient is scale · gradients + coupling · weights.
  let scale: Double
  let coupling: Double
  /// Result of `NormedOptimizerSettings.gradientFactor`; 1 for other optimisers.
  let gradientFactor: Double
  /// Weight decay of these parameters.
  let weightDecay: Double
  let dtype: DType
  let range: ParameterRange
  let gradientBuffer: Tensor
  let weightBuffer: Tensor
  /// In the order of `OptimizerSettings.stateNames`.
  let stateBuffers: [Tensor]

  var type: ck_type { dtype.kernelType }
  var count: Int { range.elements.count }
  var gradients: UnsafeMutableRawPointer { range.start(in: gradientBuffer) }
  var weights: UnsafeMutableRawPointer { range.start(in: weightBuffer) }

  func state(_ index: Int) -> UnsafeMutableRawPointer { range.start(in: stateBuffers[index]) }
}
