import Autograd
import Tensors

/// Neighbouring parameters that are regularised alike: one kernel call in the flat buffers.
struct ParameterRun: Equatable {
  /// Elements of the flat buffers, padding behind the parameters included (it stays zero).
  var range: Range<Int>
  /// Whether weight decay and L2 act on it.
  var isRegularized: Bool

  /// All parameters of `store` in as few runs as their roles allow.
  static func runs(of store: ParameterStore, regularizing regularized: Regularized) -> [ParameterRun] {
    var runs: [ParameterRun] = []
    for parameter in store.parameters {
      let isRegularized = regularized.includes(parameter.role)
      let range = parameter.offset..<parameter.offset + parameter.count
      if let last = runs.last, last.isRegularized == isRegularized {
        runs[runs.count - 1].range = last.range.lowerBound..<range.upperBound
      } else {
        runs.append(ParameterRun(range: range, isRegularized: isRegularized))
      }
    }
    return runs
  }

  /// Parts of `runs` that are in one of `elements`; both ascending.
  static func parts(of runs: [ParameterRun], in elements: [Range<Int>]) -> [ParameterRun] {
    runs.flatMap { run in
      elements.map { run.range.clamped(to: $0) }.filter { !$0.isEmpty }
        .map { ParameterRun(range: $0, isRegularized: run.isRegularized) }
    }
  }

  /// The run's first element in a flat buffer.
  func start(in flat: Tensor) -> UnsafeMutableRawPointer {
    flat.pointer + range.lowerBound * flat.dtype.size
  }
}
