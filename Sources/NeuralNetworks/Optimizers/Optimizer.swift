import Autograd
import Tensors

/// Turns summed gradients into new weights. Works on the store's flat buffers and knows nothing of ranks: every
/// replica takes the same step from the same sums.
public protocol Optimizer: AnyObject {
  /// What a resume needs beside the weights, by name, laid out like the store's values; zero before the first step.
  var state: [(name: String, value: Tensor)] { get }

  /// Updates the weights.
  ///
  /// - Parameters:
  ///   - number: The run's number of this update, from 0: what an optimiser needs to know of the past beside `state`.
  ///   - gradients: Sums over the global batch, laid out like the store's values; to be read only: other
  ///     workers may read the same memory.
  ///   - scale: What makes a mean of the sums: 1 / (the global batch's weight).
  ///   - report: Whether the norm and the penalty are wanted; both cost a pass over memory.
  func step(
    _ number: Int, gradients: Tensor, scale: Double, learningRate: Double, report: Bool
  ) -> OptimizerReport
}

/// Figures of one step, summed in fixed chunks: equal for every spread of the shards.
public struct OptimizerReport: Sendable, Equatable {
  /// Euclidean norm of the whole gradient before clipping; nil where nobody asked.
  public var gradientNorm: Double?
  /// The regularisation term λ·Σw² of the loss, at the weights before the update; nil where nobody asked.
  public var penalty: Double?

  public init(gradientNorm: Double? = nil, penalty: Double? = nil) {
    (self.gradientNorm, self.penalty) = (gradientNorm, penalty)
  }
}

extension OptimizerSpecification {
  /// The optimiser of this kind, with its state at zero.
  ///
  /// - Parameter store: The parameters to train, allocated.
  public func optimizer(for store: ParameterStore, pool: StoragePool) -> any Optimizer {
    switch kind {
    case .sgd: SGD(self, store: store, pool: pool)
    case .adam, .adamW: Adam(self, store: store, pool: pool)
    }
  }

  /// Flat buffers of the parameters' size that the optimiser takes: its state, and clipped gradients.
  public var bufferCount: Int {
    let clipped = clipValue == nil ? 0 : 1
    return switch kind {
    case .sgd: clipped + (momentum > 0 ? 1 : 0)
    case .adam, .adamW: clipped + 2
    }
  }
}
