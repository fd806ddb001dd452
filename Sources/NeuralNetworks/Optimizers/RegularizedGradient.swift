import Autograd
import CKernels
import Tensors

/// The gradient that an optimiser acts on: the mean over the global batch, with the L2 term's gradient, clipped. It is
/// described, not computed, if that saves a pass over memory.
struct RegularizedGradient {
  /// Ranges that this optimiser updates.
  let ownRanges: [ParameterRange]
  private let ranges: [ParameterRange]
  /// Whether the optimiser reads weights that others update after `prepare`, by `factor`.
  private let requiresNorms: Bool
  /// The distinct non-zero λ of L2 terms.
  private let penalties: [Double]
  private let specification: OptimizerSpecification
  private let store: ParameterStore
  /// The gradient clipped element by element, if that is configured: in its own memory, since workers may share the sums'.
  /// Elements outside `ownRanges` are not touched, and take no memory, unless the optimiser requires norms.
  private let clipped: Tensor?

  /// Description of the gradient: scale · buffer + penalty scale · 2λ · w, with the λ of each range.
  struct Prepared {
    var buffer: Tensor
    var scale: Double
    var penaltyScale = 1.0
    var report = OptimizerReport()

    /// Factor of a range's weights in their gradient.
    func coupling(of range: ParameterRange) -> Double { 2 * range.group.l2 * penaltyScale }
  }

  init(
    _ specification: OptimizerSpecification, store: ParameterStore, rules: ParameterRules, pool: StoragePool,
    share: OptimizerShare?
  ) {
    (self.specification, self.store) = (specification, store)
    requiresNorms = specification.settings is any NormedOptimizerSettings
    ranges = ParameterRange.ranges(of: store, specification, rules)
    penalties = ranges.reduce(into: []) { values, range in
      if range.group.l2 != 0 && !values.contains(range.group.l2) { values.append(range.group.l2) }
    }
    ownRanges = share.map { [ranges] in ParameterRange.parts(of: ranges, in: $0.elements) } ?? ranges
    clipped =
      specification.clipValue == nil ? nil : Tensor(uninitialized: [store.flatCount], dtype: store.dtype, pool: pool)
  }

  /// Clipping acts on the loss's gradient, L2 term included; weight decay comes on top of it.
  ///
  /// - Parameter hasReadShared: Called when all weights have been read; not if only those in `ownRanges` are, nor if the optimiser
  ///   requires norms, which it reads afterwards.
  func prepare(
    _ gradients: Tensor, scale: Double, report: Bool, hasReadShared: () throws -> Void
  ) rethrows -> Prepared {
    precondition(
      gradients.count >= store.flatCount && gradients.dtype == store.dtype,
      "gradients \(gradients.dtype)\(gradients.shape) for \(store.flatCount) parameters of \(store.dtype)")
    var prepared = Prepared(buffer: gradients, scale: scale)
    if report { prepared.report.penalty = penalty }
    if report || specification.clipNorm != nil {
      let norm = norm(of: gradients, scale: scale)
      prepared.report.gradientNorm = norm
      // As in PyTorch, a hair below the limit. A norm that is not finite is left for the loss check to report.
      if let limit = specification.clipNorm, norm > limit {
        let factor = limit / (norm + 1e-6)
        prepared.scale *= factor
        prepared.penaltyScale *= factor
      }
    }
    if !requiresNorms && !penalties.isEmpty && (report || specification.clipNorm != nil) { try hasReadShared() }
    if let limit = specification.clipValue, let clipped {
      // The norm of a parameter covers elements that others update.
      for range in requiresNorms ? ranges : ownRanges {
        ck_clip_gradients(
          store.dtype.kernelType, range.elements.count, prepared.scale, prepared.coupling(of: range), limit,
          range.start(in: store.values), range.start(in: gradients), range.start(in: clipped))
      }
      (prepared.buffer, prepared.scale, prepared.penaltyScale) = (clipped, 1, 0)
    }
    return prepared
  }

  /// λ·Σw² over the current weights: the L2 terms' part of the loss.
  private var penalty: Double {
    penalties.reduce(0) { total, l2 in
      total + l2
        * ranges.reduce(0) { sum, range in
          range.group.l2 != l2
            ? sum : sum + ck_sum_of_squares(store.dtype.kernelType, range.elements.count, range.start(in: store.values))
        }
    }
  }

  /// ‖scale·g + 2λ·w‖, from its three sums, so that the norm does not change the gradients: with or
  /// without a report, a step gives the same bits.
  private func norm(of gradients: Tensor, scale: Double) -> Double {
    let squared = ranges.reduce(0.0) { sum, range in
      sum + squaredNorm(of: range.elements, gradients, scale: scale, coupling: 2 * range.group.l2)
    }
    return max(squared, 0).squareRoot()
  }

  /// ‖scale·g + coupling·w‖² over some elements.
  private func squaredNorm(of elements: Range<Int>, _ gradients: Tensor, scale: Double, coupling: Double) -> Double {
    let (type, count, offset) = (store.dtype.kernelType, elements.count, elements.lowerBound * store.dtype.size)
    let (g, w) = (gradients.pointer + offset, store.values.pointer + offset)
    var square = scale * scale * ck_sum_of_squares(type, count, g)
    if coupling != 0 {
      square += 2 * scale * coupling * ck_dot(type, count, g, w)
      square += coupling * coupling * ck_sum_of_squares(type, count, w)
    }
    return square
  }

  /// The factor of the gradient of the parameter that a range is a part of.
  func factor(of range: ParameterRange, _ prepared: Prepared, _ settings: any NormedOptimizerSettings) -> Double {
    guard let parameter = range.parameter, range.group.isRegularized else { return 1 }
    let weights = ck_sum_of_squares(
      store.dtype.kernelType, parameter.count, store.values.pointer + parameter.lowerBound * store.dtype.size)
    let gradients = squaredNorm(
      of: parameter, prepared.buffer, scale: prepared.scale, coupling: prepared.coupling(of: range))
    return settings.gradientFactor(
      weightNorm: weights.squareRoot(), gradientNorm: max(gradients, 0).squareRoot(),
      weightDecay: range.group.weightDecay)
  }
}
