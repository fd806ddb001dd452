import Autograd
import Tensors

/// Turns summed gradients into new weights. Works on the store's flat buffers and knows nothing of ranks: every
/// replica takes the same step from the same sums, or one part of it where several optimisers share the buffers.
public final class Optimizer {
  public let specification: OptimizerSpecification
  private let store: ParameterStore
  private let objective: RegularizedGradient
  private let buffers: [Tensor]

  /// - Parameters:
  ///   - store: The parameters to train, allocated.
  ///   - rules: Groups of them with a rate, a weight decay or an L2 of their own.
  ///   - share: Where others work on the same parameters.
  public init(
    _ specification: OptimizerSpecification, store: ParameterStore, rules: ParameterRules = ParameterRules(),
    pool: StoragePool, share: OptimizerShare? = nil
  ) {
    (self.specification, self.store) = (specification, store)
    objective = RegularizedGradient(specification, store: store, rules: rules, pool: pool, share: share)
    let count = specification.stateCount
    buffers =
      share?.state
      ?? (0..<count).map { _ in Tensor(zeros: [store.flatCount], dtype: store.dtype, pool: pool) }
    precondition(
      buffers.count == count && buffers.allSatisfy { $0.count == store.flatCount },
      "\(buffers.map(\.shape)) as \(count) buffers of \(store.flatCount) elements")
  }

  /// State that a resume requires beside the weights, by name, laid out like the store's values; zero before the first step.
  public var state: [(name: String, value: Tensor)] {
    zip(specification.settings.stateNames, buffers).map { (name: $0, value: $1) }
  }

  /// Updates the weights.
  ///
  /// - Parameters:
  ///   - number: The run's number of this update, from 0: what an optimiser needs to know of the past beside `state`.
  ///   - gradients: Sums over the global batch, laid out like the store's values; to be read only: other
  ///     workers may read the same memory.
  ///   - scale: Factor that turns sums into means: 1 / (the global batch's weight).
  ///   - report: Whether the norm and the penalty are wanted; both cost a pass over memory.
  ///   - hasReadShared: Called when all elements have been read that others may update, before any is updated; not in a step
  ///     that reads none. Whoever shares waits here for the others, so whether it is called depends on nothing but what is
  ///     the same for all of them: the specification, the rules and `report`.
  public func step(
    _ number: Int, gradients: Tensor, scale: Double, learningRate: Double, report: Bool,
    hasReadShared: () throws -> Void
  ) rethrows -> OptimizerReport {
    let loss = try objective.prepare(gradients, scale: scale, report: report, hasReadShared: hasReadShared)
    for range in objective.ownRanges {
      specification.settings.update(
        ParameterUpdate(
          step: number, learningRate: learningRate * range.group.rate, scale: loss.scale,
          coupling: loss.coupling(of: range), weightDecay: range.group.weightDecay, dtype: store.dtype, range: range,
          gradientBuffer: loss.buffer, weightBuffer: store.values, stateBuffers: buffers))
    }
    return loss.report
  }

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

/// Figures of one step, summed in fixed chunks: equal for every placement of the shards.
public struct OptimizerReport: Sendable, Equatable {
  /// Euclidean norm of the whole gradient before clipping; nil where nobody asked.
  public var gradientNorm: Double?
  /// The regularisation term λ·Σw² of the loss, at the weights before the update; nil where nobody asked.
  public var penalty: Double?

  public init(gradientNorm: Double? = nil, penalty: Double? = nil) {
    (self.gradientNorm, self.penalty) = (gradientNorm, penalty)
  }
}
