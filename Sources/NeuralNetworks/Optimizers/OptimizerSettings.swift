import Autograd
import CKernels
import Configuration
import Tensors

/// The settings of one optimiser, and its arithmetic.
package protocol OptimizerSettings: CatalogueSection {
  /// Names of the flat buffers that the optimiser keeps between steps, as checkpoints have them. Buffers are laid out like the
  /// parameters, and zero before the first step.
  var stateNames: [String] { get }

  /// Updates some parameters in one pass over memory.
  func update(_ parameters: ParameterUpdate)
}

/// Neighbouring parameters in one step, as an optimiser's kernel takes them. Padding behind a parameter belongs to them: its
/// gradients and weights are zeros, and stay so.
package struct ParameterUpdate {
  /// The run's number of this update, from 0.
  let step: Int
  /// The schedule's, times the factor of these parameters.
  let learningRate: Double
  /// The loss's gradient is scale · gradients + coupling · weights.
  let scale: Double
  let coupling: Double
  /// Of these parameters.
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
