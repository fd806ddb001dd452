import Autograd
import CKernels
import Tensors

/// The gradient that an optimiser acts on: the mean over the global batch, with the L2 term's gradient, clipped. It is
/// described, not computed, where that saves a pass over memory.
struct RegularizedGradient {
  /// Parameters for the optimiser to update.
  let ownRuns: [ParameterRun]
  private let runs: [ParameterRun]
  private let specification: OptimizerSpecification
  private let store: ParameterStore
  /// Clipped element by element, where that is wanted: in memory of its own, since workers may share the sums' memory. What
  /// is not in `ownRuns` is never touched, so that it takes no memory.
  private let clipped: Tensor?

  /// How the gradient follows from a buffer: scale · buffer + coupling · w, the latter for regularised parameters only.
  struct Prepared {
    var buffer: Tensor
    var scale: Double
    var coupling: Double
    var report: OptimizerReport
  }

  init(_ specification: OptimizerSpecification, store: ParameterStore, pool: StoragePool, share: OptimizerShare?) {
    (self.specification, self.store) = (specification, store)
    runs = ParameterRun.runs(of: store, regularizing: specification.regularize)
    ownRuns = share.map { [runs] in ParameterRun.parts(of: runs, in: $0.elements) } ?? runs
    clipped =
      specification.clipValue == nil ? nil : Tensor(uninitialized: [store.flatCount], dtype: store.dtype, pool: pool)
  }

  /// Clipping acts on the loss's gradient, L2 term included; weight decay comes on top of it.
  ///
  /// - Parameter hasReadShared: Called when all weights have been read; not if only those in `ownRuns` are.
  func prepare(
    _ gradients: Tensor, scale: Double, report: Bool, hasReadShared: () throws -> Void
  ) rethrows -> Prepared {
    precondition(
      gradients.count >= store.flatCount && gradients.dtype == store.dtype,
      "gradients \(gradients.dtype)\(gradients.shape) for \(store.flatCount) parameters of \(store.dtype)")
    var prepared = Prepared(
      buffer: gradients, scale: scale, coupling: 2 * specification.l2, report: OptimizerReport())
    if report { prepared.report.penalty = penalty }
    if report || specification.clipNorm != nil {
      let norm = norm(of: gradients, scale: scale)
      prepared.report.gradientNorm = norm
      // As in PyTorch, a hair below the limit. A norm that is not finite is left for the loss check to report.
      if let limit = specification.clipNorm, norm > limit {
        let factor = limit / (norm + 1e-6)
        prepared.scale *= factor
        prepared.coupling *= factor
      }
    }
    if specification.l2 != 0 && (report || specification.clipNorm != nil) { try hasReadShared() }
    if let limit = specification.clipValue, let clipped {
      for run in ownRuns {
        ck_clip_gradients(
          store.dtype.kernelType, run.range.count, prepared.scale, run.isRegularized ? prepared.coupling : 0, limit,
          run.start(in: store.values), run.start(in: gradients), run.start(in: clipped))
      }
      (prepared.buffer, prepared.scale, prepared.coupling) = (clipped, 1, 0)
    }
    return prepared
  }

  /// λ·Σw² over the weights as they are: what the L2 term adds to the loss.
  private var penalty: Double {
    guard specification.l2 != 0 else { return 0 }
    return specification.l2
      * runs.filter(\.isRegularized).reduce(0) { sum, run in
        sum + ck_sum_of_squares(store.dtype.kernelType, run.range.count, run.start(in: store.values))
      }
  }

  /// ‖scale·g + 2λ·w‖, through its three sums, so that asking for the norm does not touch the gradients: with
  /// or without a report, a step gives the same bits.
  private func norm(of gradients: Tensor, scale: Double) -> Double {
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
