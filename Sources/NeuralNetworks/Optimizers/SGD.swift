import Autograd
import CKernels
import Tensors

/// Stochastic gradient descent with momentum (Sutskever et al., 2013, in PyTorch's form), Nesterov's variant, weight
/// decay, and L2 as a loss term; the last two act on weights only.
///
/// One pass over memory: g ← scale·g + (weight_decay + 2λ)·w, v ← μ·v + g, w ← w − η·v.
public final class SGD: Optimizer {
  public let specification: OptimizerSpecification
  private let store: ParameterStore
  private let objective: RegularizedGradient
  private let velocities: Tensor?

  /// - Parameters:
  ///   - store: The parameters to train, allocated.
  ///   - share: Where others work on the same parameters.
  public init(
    _ specification: OptimizerSpecification, store: ParameterStore, pool: StoragePool, share: OptimizerShare? = nil
  ) {
    self.specification = specification
    self.store = store
    objective = RegularizedGradient(specification, store: store, pool: pool, share: share)
    velocities = specification.state(of: store, pool: pool, share: share).first
  }

  public var state: [(name: String, value: Tensor)] {
    velocities.map { [("momentum", $0)] } ?? []
  }

  public func step(
    _ number: Int, gradients: Tensor, scale: Double, learningRate: Double, report: Bool,
    hasReadShared: () throws -> Void
  ) rethrows -> OptimizerReport {
    let loss = try objective.prepare(gradients, scale: scale, report: report, hasReadShared: hasReadShared)
    for run in objective.ownRuns {
      let coupling = run.isRegularized ? loss.coupling + specification.weightDecay : 0
      let update = ck_sgd(
        learning_rate: learningRate, gradient_scale: loss.scale, coupling: coupling,
        momentum: specification.momentum, nesterov: specification.nesterov)
      ck_sgd_update(
        store.dtype.kernelType, run.range.count, update, run.start(in: loss.buffer), velocities.map(run.start(in:)),
        run.start(in: store.values))
    }
    return loss.report
  }
}
