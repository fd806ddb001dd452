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
  private let runs: [ParameterRun]
  private let velocities: Tensor?

  /// - Parameters:
  ///   - store: The parameters to train, allocated.
  public init(_ specification: OptimizerSpecification, store: ParameterStore, pool: StoragePool) {
    self.specification = specification
    self.store = store
    runs = ParameterRun.runs(of: store)
    velocities =
      specification.momentum == 0 ? nil : Tensor(zeros: [store.flatCount], dtype: store.dtype, pool: pool)
  }

  public var state: [(name: String, value: Tensor)] {
    velocities.map { [("momentum", $0)] } ?? []
  }

  public func step(gradients: Tensor, scale: Double, learningRate: Double, report: Bool) -> OptimizerReport {
    precondition(
      gradients.count >= store.flatCount && gradients.dtype == store.dtype,
      "gradients \(gradients.dtype)\(gradients.shape) for \(store.flatCount) parameters of \(store.dtype)")
    var result = OptimizerReport()
    if report { result.penalty = penalty }
    var factor = 1.0
    if report || specification.clipNorm != nil {
      let norm = gradientNorm(gradients, scale: scale)
      result.gradientNorm = norm
      // As in PyTorch, a hair below the limit. A norm that is not finite is left for the loss check to report.
      if let limit = specification.clipNorm, norm > limit { factor = limit / (norm + 1e-6) }
    }
    // Clipping acts on the loss's gradient, L2 term included; weight decay comes on top of it.
    let coupling = specification.weightDecay + 2 * specification.l2 * factor
    for run in runs {
      let update = ck_sgd(
        learning_rate: learningRate, gradient_scale: scale * factor, coupling: run.isRegularized ? coupling : 0,
        momentum: specification.momentum, nesterov: specification.nesterov)
      ck_sgd_update(
        store.dtype.kernelType, run.range.count, update, run.start(in: gradients), velocities.map(run.start(in:)),
        run.start(in: store.values))
    }
    return result
  }

  /// λ·Σw² over the weights as they are: what the L2 term adds to the loss.
  public var penalty: Double {
    guard specification.l2 != 0 else { return 0 }
    return specification.l2
      * runs.filter(\.isRegularized).reduce(0) { sum, run in
        sum + ck_sum_of_squares(store.dtype.kernelType, run.range.count, run.start(in: store.values))
      }
  }

  /// ‖scale·g + 2λ·w‖, through its three sums, so that asking for the norm does not touch the gradients: with
  /// or without a report, a step gives the same bits.
  private func gradientNorm(_ gradients: Tensor, scale: Double) -> Double {
    let type = store.dtype.kernelType
    let squared = runs.reduce(0.0) { sum, run in
      let (g, w, count) = (run.start(in: gradients), run.start(in: store.values), run.range.count)
      var square = scale * scale * ck_sum_of_squares(type, count, g)
      let coupling = run.isRegularized ? 2 * specification.l2 : 0
      if coupling != 0 {
        square += 2 * scale * coupling * ck_dot(type, count, g, w)
        square += coupling * coupling * ck_sum_of_squares(type, count, w)
      }
      return sum + square
    }
    return max(squared, 0).squareRoot()
  }
}
