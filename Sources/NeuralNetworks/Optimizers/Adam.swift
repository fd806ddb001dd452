import Autograd
import CKernels
import Foundation
import Tensors

/// Adam (Kingma and Ba, 2015, algorithm 1, in PyTorch's form: ε is added to √v̂), and AdamW, whose weight decay stands beside
/// the gradient (Loshchilov and Hutter, 2019, algorithm 2, with PyTorch's η · λ). Decay and L2 act on weights only.
///
/// One pass over memory: m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η·m̂ / (√v̂ + ε).
public final class Adam: Optimizer {
  public let specification: OptimizerSpecification
  private let store: ParameterStore
  private let objective: RegularizedGradient
  private let firstMoments: Tensor
  private let secondMoments: Tensor

  /// - Parameters:
  ///   - store: The parameters to train, allocated.
  ///   - share: Where others work on the same parameters.
  public init(
    _ specification: OptimizerSpecification, store: ParameterStore, pool: StoragePool, share: OptimizerShare? = nil
  ) {
    precondition(specification.kind != .sgd, "Adam of kind \(specification.kind)")
    self.specification = specification
    self.store = store
    objective = RegularizedGradient(specification, store: store, pool: pool, share: share)
    let state = specification.state(of: store, pool: pool, share: share)
    (firstMoments, secondMoments) = (state[0], state[1])
  }

  /// Under PyTorch's names; its `step` is the run's.
  public var state: [(name: String, value: Tensor)] {
    [("exp_avg", firstMoments), ("exp_avg_sq", secondMoments)]
  }

  public func step(
    _ number: Int, gradients: Tensor, scale: Double, learningRate: Double, report: Bool,
    hasReadShared: () throws -> Void
  ) rethrows -> OptimizerReport {
    let loss = try objective.prepare(gradients, scale: scale, report: report, hasReadShared: hasReadShared)
    let betas = specification.betas
    // The averages start at zero and lean to it, the more the fewer steps they have seen.
    let corrections = (1 - pow(betas.first, Double(number + 1)), 1 - pow(betas.second, Double(number + 1)))
    let isDecoupled = specification.kind == .adamW
    for run in objective.ownRuns {
      let weightDecay = run.isRegularized ? specification.weightDecay : 0
      let update = ck_adam(
        step_size: learningRate / corrections.0, gradient_scale: loss.scale,
        coupling: (run.isRegularized ? loss.coupling : 0) + (isDecoupled ? 0 : weightDecay),
        decay: isDecoupled ? 1 - learningRate * weightDecay : 1, beta1: betas.first, beta2: betas.second,
        epsilon: specification.epsilon, root_correction: corrections.1.squareRoot())
      ck_adam_update(
        store.dtype.kernelType, run.range.count, update, run.start(in: loss.buffer), run.start(in: firstMoments),
        run.start(in: secondMoments), run.start(in: store.values))
    }
    return loss.report
  }
}
