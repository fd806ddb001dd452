import Autograd
import NeuralNetworks
import Tensors
import TestSupport

/// All parts of a batch are here: reduces their values from left to right, and counts.
final class LocalExchange: StatisticsExchange {
  struct Lost: Error {}

  private(set) var exchanges = 0
  /// The number of the exchange that fails, from 1.
  var failing: Int?
  /// Values of parts elsewhere for each exchange; they follow those from here.
  var elsewhere: [[Double]] = []
  /// Result of each exchange.
  private(set) var results: [[Double]] = []

  func reduce(_ values: [[Double]], _ combine: ([Double], [Double]) -> [Double]) throws -> [Double] {
    exchanges += 1
    if exchanges == failing { throw Lost() }
    let all = values + (elsewhere.isEmpty ? [] : [elsewhere[exchanges - 1]])
    let result = all.dropFirst().reduce(all[0], combine)
    results.append(result)
    return result
  }
}

/// One forward and backward pass of a whole model over the parts of a batch, side by side.
struct JointTrainingPass {
  let outputs: [Tensor]
  /// Sum over the parts.
  let loss: Double
  let inputGradients: [Tensor]
  /// Sum over the parts, laid out like the store's values.
  let gradients: Tensor
  /// Sum over the parts, laid out like the store's buffers.
  let statistics: Tensor

  init(
    _ model: Model, _ x: Tensor, labels: Tensor, parts: [Range<Int>], loss: Loss, context: ExecutionContext,
    exchange: LocalExchange = LocalExchange()
  ) throws {
    let store = model.store
    func buffers(_ count: Int) -> [Tensor] {
      parts.map { _ in Tensor(zeros: [count], dtype: store.dtype, pool: context.pool) }
    }
    let (gradients, statistics) = (buffers(store.flatCount), buffers(store.bufferFlatCount))
    let tapes = TapeGroup(context: context, parameterGradients: gradients, exchange: exchange)
    let passes = parts.indices.map { part in
      ForwardPass(
        tape: tapes.tapes[part], mode: .training, seed: 5, firstSample: parts[part].lowerBound,
        statistics: statistics[part])
    }
    let inputs = zip(parts, tapes.tapes).map { $1.input(x.rows($0), requiresGradient: true) }
    let outputs = try model(inputs, JointPass(tapes, parts: passes))
    let losses = zip(parts, outputs).map { loss($1, labels: labels.rows($0)) }
    try tapes.backward(from: losses.map(\.sum))
    for tape in tapes.tapes { tape.zeroUntouchedGradients(of: store.parameters) }
    self.outputs = outputs.map(\.value)
    self.loss = losses.reduce(0) { $0 + $1.value }
    inputGradients = inputs.compactMap(\.gradient)
    self.gradients = Self.sum(gradients, pool: context.pool)
    self.statistics = Self.sum(statistics, pool: context.pool)
  }

  /// The loss alone, on tapes that record nothing.
  static func loss(
    _ model: Model, _ x: Tensor, labels: Tensor, parts: [Range<Int>], loss: Loss, context: ExecutionContext
  ) throws -> Double {
    let tapes = TapeGroup(context: context, parts: parts.count, exchange: LocalExchange())
    let passes = zip(parts, tapes.tapes).map {
      ForwardPass(tape: $1, mode: .training, seed: 5, firstSample: $0.lowerBound)
    }
    let inputs = zip(parts, tapes.tapes).map { $1.input(x.rows($0)) }
    let outputs = try model(inputs, JointPass(tapes, parts: passes))
    return zip(parts, outputs).reduce(0) { $0 + loss($1.1, labels: labels.rows($1.0)).value }
  }

  private static func sum(_ parts: [Tensor], pool: StoragePool) -> Tensor {
    guard let first = parts.first else { return Tensor(zeros: [0], dtype: .float64, pool: pool) }
    let values = parts.dropFirst().reduce(first.values) { zip($0, $1.values).map(+) }
    return Tensor(values, shape: first.shape, dtype: first.dtype, pool: pool)
  }
}
