import Tensors

/// Tapes of several parts of one batch that advance side by side, so that an operation can look at all parts at once.
///
/// Between two such operations each part is on its own. The backward pass replays every tape down to the last of
/// them, runs it for all parts, and so on: parts synchronise at the same points in reverse order. Some or all parts
/// may be computed elsewhere: a group without tapes still takes part in every exchange.
public final class TapeGroup {
  public let context: ExecutionContext
  /// In the order of the parts.
  public let tapes: [Tape]
  public let exchange: any StatisticsExchange
  private let isRecording: Bool
  private var synchronizationPoints: [SynchronizationPoint] = []

  private struct SynchronizationPoint {
    /// Number of operations that each tape had recorded before.
    let marks: [Int]
    let owner: Int
    let backward: () throws -> Void
  }

  /// For training: each part's parameter gradients go to its own flat buffer.
  public init(context: ExecutionContext, parameterGradients: [Tensor], exchange: any StatisticsExchange) {
    (self.context, self.exchange, isRecording) = (context, exchange, true)
    tapes = parameterGradients.map { Tape(context: context, parameterGradients: $0) }
  }

  /// Without gradients: for the outputs of `parts` parts.
  public init(context: ExecutionContext, parts: Int, exchange: any StatisticsExchange) {
    (self.context, self.exchange, isRecording) = (context, exchange, false)
    tapes = (0..<parts).map { _ in Tape(context: context, recording: false) }
  }

  /// Called by an operation that spans the parts, before it records anything on their tapes: `backward` runs once
  /// everything recorded after this call has been replayed on all of them.
  func synchronize(_ backward: @escaping () throws -> Void) {
    guard isRecording else { return }
    let owner = tapes.first?.clock?.owner ?? 0
    synchronizationPoints.append(
      SynchronizationPoint(marks: tapes.map(\.recordedCount), owner: owner, backward: backward))
  }

  /// Runs backwards from one value of each part (a loss), whose own gradient is taken to be one.
  ///
  /// - Throws: Errors of an exchange; gradients are undefined then.
  public func backward(from outputs: [Variable]) throws {
    precondition(outputs.count == tapes.count, "\(outputs.count) losses for \(tapes.count) parts")
    for output in outputs {
      precondition(output.value.count == 1, "backward starts at a single value, not at shape \(output.shape)")
      let one = Tensor([1], shape: output.shape, dtype: output.dtype, pool: context.pool)
      output.tape.addGradient(one, to: output)
    }
    while let point = synchronizationPoints.popLast() {
      for (tape, mark) in zip(tapes, point.marks) { tape.replay(downTo: mark) }
      if let clock = tapes.first?.clock {
        try clock.measuringBackward(of: point.owner, point.backward)
      } else {
        try point.backward()
      }
    }
    for tape in tapes { tape.replay(downTo: 0) }
  }
}

/// Exchanges values between the parts of a batch, wherever they are computed.
public protocol StatisticsExchange {
  /// Reduces the values of all parts of the batch, in an order that depends on the number of parts alone, and gives
  /// everybody the result. All tape groups call it at the same points.
  ///
  /// - Parameters:
  ///   - values: Those of the parts computed here, in order; there may be none.
  ///   - combine: Combines the values of two adjacent ranges of parts.
  func reduce(_ values: [[Double]], _ combine: ([Double], [Double]) -> [Double]) throws -> [Double]
}
