import Autograd
import Tensors

/// Neighbouring parameters that an optimiser treats alike: one kernel call in the flat buffers.
struct ParameterRun: Equatable {
  /// Elements of the flat buffers, padding behind the parameters included (it stays zero).
  var range: Range<Int>
  var group: ParameterGroup

  /// All trained parameters of `store` in as few runs as their roles and the rules allow.
  static func runs(
    of store: ParameterStore, _ specification: OptimizerSpecification, _ rules: ParameterRules
  ) -> [ParameterRun] {
    var runs: [ParameterRun] = []
    for parameter in store.trainable {
      let group = ParameterGroup(specification, parameter.role, rules.treatment(of: parameter.path))
      let range = parameter.offset..<parameter.offset + parameter.count
      if let last = runs.last, last.group == group {
        runs[runs.count - 1].range = last.range.lowerBound..<range.upperBound
      } else {
        runs.append(ParameterRun(range: range, group: group))
      }
    }
    return runs
  }

  /// Parts of `runs` that are in one of `elements`; both ascending.
  static func parts(of runs: [ParameterRun], in elements: [Range<Int>]) -> [ParameterRun] {
    runs.flatMap { run in
      elements.map { run.range.clamped(to: $0) }.filter { !$0.isEmpty }
        .map { ParameterRun(range: $0, group: run.group) }
    }
  }

  /// The run's first element in a flat buffer.
  func start(in flat: Tensor) -> UnsafeMutableRawPointer {
    flat.pointer + range.lowerBound * flat.dtype.size
  }
}

/// Settings that parameters have in common when an optimiser treats them alike.
struct ParameterGroup: Equatable {
  /// Multiplies the learning rate.
  let rate: Double
  let weightDecay: Double
  /// λ of these parameters' term λ·Σw² of the loss.
  let l2: Double
  /// Whether the optimiser's settings regularise them. Norms are summed run by run, so this keeps runs apart even where neither decay
  /// nor L2 is given: their bits are those of a run that has it.
  private let isRegularized: Bool

  init(_ specification: OptimizerSpecification, _ role: ParameterRole, _ treatment: ParameterTreatment) {
    isRegularized = specification.regularize.includes(role)
    rate = treatment.rate
    weightDecay = treatment.weightDecay ?? (isRegularized ? specification.weightDecay : 0)
    l2 = treatment.l2 ?? (isRegularized ? specification.l2 : 0)
  }
}
