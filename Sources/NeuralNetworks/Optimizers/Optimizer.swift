import Autograd
import Tensors

/// Turns summed gradients into new weights. Works on the store's flat buffers and knows nothing of ranks: every
/// replica takes the same step from the same sums, or one part of it where several optimisers share the buffers.
public protocol Optimizer: AnyObject {
  /// State that a resume requires beside the weights, by name, laid out like the store's values; zero before the first step.
  var state: [(name: String, value: Tensor)] { get }

  /// Updates the weights.
  ///
  /// - Parameters:
  ///   - number: The run's number of this update, from 0: what an optimiser needs to know of the past beside `state`.
  ///   - gradients: Sums over the global batch, laid out like the store's values; to be read only: other
  ///     workers may read the same memory.
  ///   - scale: What makes a mean of the sums: 1 / (the global batch's weight).
  ///   - report: Whether the norm and the penalty are wanted; both cost a pass over memory.
  ///   - hasReadShared: Called when all elements have been read that others may update, before any is updated; not in a step
  ///     that reads none. Whoever shares waits here for the others, so whether it is called depends on nothing but what is
  ///     the same for all of them: the specification and `report`.
  func step(
    _ number: Int, gradients: Tensor, scale: Double, learningRate: Double, report: Bool,
    hasReadShared: () throws -> Void
  ) rethrows -> OptimizerReport
}

extension Optimizer {
  /// A step of an optimiser that shares nothing.
  public func step(
    _ number: Int, gradients: Tensor, scale: Double, learningRate: Double, report: Bool
  ) -> OptimizerReport {
    step(number, gradients: gradients, scale: scale, learningRate: learningRate, report: report, hasReadShared: {})
  }
}

/// One optimiser's part in the updates of parameters that several optimisers have in common.
public struct OptimizerShare {
  /// The memory of `Optimizer.state`, in its order, that all of them use; zero before the first step.
  public let state: [Tensor]
  /// The elements of the flat buffers that this optimiser updates, ascending; the others update the rest in the same steps.
  public let elements: [Range<Int>]

  public init(state: [Tensor], elements: [Range<Int>]) { (self.state, self.elements) = (state, elements) }
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
  /// - Parameters:
  ///   - store: The parameters to train, allocated.
  ///   - share: Where others work on the same parameters.
  public func optimizer(
    for store: ParameterStore, pool: StoragePool, share: OptimizerShare? = nil
  ) -> any Optimizer {
    switch kind {
    case .sgd: SGD(self, store: store, pool: pool, share: share)
    case .adam, .adamW: Adam(self, store: store, pool: pool, share: share)
    }
  }

  /// Flat buffers of the parameters' size that are the optimiser's state.
  public var stateCount: Int {
    switch kind {
    case .sgd: momentum > 0 ? 1 : 0
    case .adam, .adamW: 2
    }
  }

  /// Gradients that it takes beside: clipped ones.
  public var scratchCount: Int { clipValue == nil ? 0 : 1 }

  /// The memory of the state: zeros, or what is shared.
  func state(of store: ParameterStore, pool: StoragePool, share: OptimizerShare?) -> [Tensor] {
    guard let share else {
      return (0..<stateCount).map { _ in Tensor(zeros: [store.flatCount], dtype: store.dtype, pool: pool) }
    }
    precondition(
      share.state.count == stateCount && share.state.allSatisfy { $0.count == store.flatCount },
      "\(share.state.map(\.shape)) as \(stateCount) buffers of \(store.flatCount) elements")
    return share.state
  }
}
