import Autograd
import Tensors

/// Turns summed gradients into new weights. Works on the store's flat buffers and knows nothing of ranks: every
/// replica takes the same step from the same sums, or one part of it if several optimisers share the buffers.
public final class Optimizer {
  public let specification: OptimizerSpecification
  private let store: ParameterStore
  private let objective: RegularizedGradient
  /// The settings, if they require norms; else nil.
  private let normed: (any NormedOptimizerSettings)?
  private let buffers: [Tensor]
  /// One for each own range: see `ParameterUpdate.gradientFactor`.
  private var gradientFactors: [Double]

  /// - Parameters:
  ///   - specification: Kind and settings.
  ///   - store: The parameters to train, allocated.
  ///   - rules: Groups of parameters with their own rate, weight decay or L2.
  ///   - pool: Memory for the state.
  ///   - share: This optimiser's part, if others update the same parameters; else nil.
  public init(
    _ specification: OptimizerSpecification, store: ParameterStore, rules: ParameterRules = ParameterRules(),
    pool: StoragePool, share: OptimizerShare? = nil
  ) {
    (self.specification, self.store) = (specification, store)
    objective = RegularizedGradient(specification, store: store, rules: rules, pool: pool, share: share)
    normed = specification.settings as? any NormedOptimizerSettings
    gradientFactors = objective.ownRanges.map { _ in 1 }
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
  ///   - number: Number of this update in the run, from 0.
  ///   - gradients: Sums over the global batch, laid out like the store's values; read-only: other
  ///     workers may read the same memory.
  ///   - scale: Factor that turns sums into means: 1 / (the global batch's weight).
  ///   - learningRate: Rate of this step.
  ///   - report: Whether to report the norm and the penalty; both cost a pass over memory.
  ///   - hasReadShared: Called after all elements that others may update have been read, before any is updated; not in a step
  ///     that reads none. It may be a barrier, so whether it is called depends only on values that are equal on all workers:
  ///     the specification, the rules and `report`.
  public func step(
    _ number: Int, gradients: Tensor, scale: Double, learningRate: Double, report: Bool,
    hasReadShared: () throws -> Void
  ) rethrows -> OptimizerReport {
    let loss = try objective.prepare(gradients, scale: scale, report: report, hasReadShared: hasReadShared)
    if let normed {
      for (index, range) in objective.ownRanges.enumerated() {
        gradientFactors[index] = objective.factor(of: range, loss, normed)
      }
      try hasReadShared()
    }
    for (range, factor) in zip(objective.ownRanges, gradientFactors) {
      specification.settings.update(
        ParameterUpdate(
          step: number, learningRate: learningRate * range.group.rate, scale: loss.scale,
          coupling: loss.coupling(of: range), gradientFactor: factor, weightDecay: range.group.weightDecay,
          dtype: store.dtype, range: range,
          gradientBuffer: loss.buffer, weightBuffer: store.values, stateBuffers: buffers))
    }
    return loss.report
  }

  /// A step of an optimiser without shared parameters.
  public func step(
    _ number: Int, gradients: Tensor, scale: Double, learningRate: Double, report: Bool
  ) -> OptimizerReport {
    step(number, gradients: gradients, scale: scale, learningRate: learningRate, report: report, hasReadShared: {})
  }
}

/// One optimiser's part in the updates of parameters that several optimisers share.
public struct OptimizerShare {
  /// Memory of `Optimizer.state`, in its order, used by all of them; zero before the first step.
  public let state: [Tensor]
  /// The elements of the flat buffers that this optimiser updates, ascending; the others update the rest in the same steps.
  public let elements: [Range<Int>]

  public init(state: [Tensor], elements: [Range<Int>]) { (self.state, self.elements) = (state, elements) }
}

/// Figures of one step, summed in fixed chunks and so equal for every placement of shards.
public struct OptimizerReport: Sendable, Equatable {
  /// Euclidean norm of the whole gradient before clipping; nil without `report`.
  public var gradientNorm: Double?
  /// The regularisation term λ·Σw² of the loss, at the weights before the update; nil without `report`.
  public var penalty: Double?

  public init(gradientNorm: Double? = nil, penalty: Double? = nil) {
    (self.gradientNorm, self.penalty) = (gradientNorm, penalty)
  }
}
