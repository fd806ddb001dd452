import Autograd
import Tensors

/// A range of the flat buffers whose parameters an optimiser treats alike: one kernel call.
struct ParameterRange: Equatable {
  /// Elements of the flat buffers, including the padding after parameters (it stays zero).
  var elements: Range<Int>
  /// Elements of the whole parameter, if the optimiser requires its norm: then each parameter is a range.
  var parameter: Range<Int>?
  var group: ParameterGroup

  /// All trained parameters of `store` in as few ranges as their roles, the rules and the optimiser allow.
  static func ranges(
    of store: ParameterStore, _ specification: OptimizerSpecification, _ rules: ParameterRules
  ) -> [ParameterRange] {
    let areSeparate = specification.settings is any NormedOptimizerSettings
    var ranges: [ParameterRange] = []
    for parameter in store.trainable {
      let group = ParameterGroup(specification, parameter.role, rules.treatment(of: parameter.path))
      let elements = parameter.offset..<parameter.offset + parameter.count
      if let last = ranges.last, last.group == group, !areSeparate {
        ranges[ranges.count - 1].elements = last.elements.lowerBound..<elements.upperBound
      } else {
        ranges.append(ParameterRange(elements: elements, parameter: areSeparate ? elements : nil, group: group))
      }
    }
    return ranges
  }

  /// Parts of `ranges` that are in one of `elements`; both ascending.
  static func parts(of ranges: [ParameterRange], in elements: [Range<Int>]) -> [ParameterRange] {
    ranges.flatMap { range in
      elements.map { range.elements.clamped(to: $0) }.filter { !$0.isEmpty }
        .map { ParameterRange(elements: $0, parameter: range.parameter, group: range.group) }
    }
  }

  /// The range's first element in a flat buffer.
  func start(in flat: Tensor) -> UnsafeMutableRawPointer {
    flat.pointer + elements.lowerBound * flat.dtype.size
  }
}

/// Settings that parameters have in common when an optimiser treats them alike.
struct ParameterGroup: Equatable {
  /// Multiplies the learning rate.
  let rate: Double
  let weightDecay: Double
  /// λ of these parameters' term λ·Σw² of the loss.
  let l2: Double
  /// Whether the optimiser's settings regularise them. Norms are summed range by range, so this keeps ranges apart even if neither decay
  /// nor L2 is given: their bits are those of training that has it.
  let isRegularized: Bool

  init(_ specification: OptimizerSpecification, _ role: ParameterRole, _ treatment: ParameterTreatment) {
    isRegularized = specification.regularize.includes(role)
    rate = treatment.rate
    weightDecay = treatment.weightDecay ?? (isRegularized ? specification.weightDecay : 0)
    l2 = treatment.l2 ?? (isRegularized ? specification.l2 : 0)
  }
}
