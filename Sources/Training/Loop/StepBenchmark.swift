import Collectives
import Foundation
import Glibc

/// Times whole optimiser steps, one by one.
public struct StepBenchmark {
  /// Milliseconds per step, over all timed steps of worker 0.
  public struct Result: Sendable, Equatable {
    public var minimum: Double
    public var median: Double
    public var maximum: Double
    public var steps: Int
    public var samplesPerSecond: Double
    public var batchSize: Int
    public var workers: Int
    public var parameters: Int
    /// Peak resident memory of the largest process.
    public var peakResidentBytes: Int
  }

  private let run: PreparedRun
  private let communicator: any Communicator

  /// Collective.
  public init(_ run: PreparedRun, communicator: any Communicator) throws {
    (self.run, self.communicator) = (try run.normalized(over: communicator), communicator)
  }

  /// Collective. If `steps` is nil, about five seconds' worth, at least ten.
  public func measure(steps: Int?, warmup: Int) throws -> Result {
    let session = try WorkerSession(run, communicator: communicator)
    session.startLoading(from: 0)
    for step in 0..<max(warmup, 1) { _ = try perform(step, session) }
    let count = try steps ?? agreedCount(session: session, from: max(warmup, 1))
    var times: [Double] = []
    times.reserveCapacity(count)
    let first = max(warmup, 1) + 2
    for step in first..<(first + count) { times.append(try perform(step, session)) }
    let sorted = times.sorted()
    let peaks = try communicator.allGather(Array("\(Self.peakResidentBytes)".utf8))
    let median = sorted[sorted.count / 2]
    return Result(
      minimum: sorted[0], median: median, maximum: sorted[sorted.count - 1], steps: count,
      samplesPerSecond: Double(run.configuration.training.batchSize) / median * 1e3,
      batchSize: run.configuration.training.batchSize, workers: communicator.size,
      parameters: session.replica.model.store.parameterCount,
      peakResidentBytes: peaks.compactMap { Int(String(decoding: $0, as: UTF8.self)) }.max() ?? 0)
  }

  /// Worker 0 decides from the time of two steps, since all workers must do equally many.
  private func agreedCount(session: WorkerSession, from step: Int) throws -> Int {
    let milliseconds = try (perform(step, session) + perform(step + 1, session)) / 2
    let wanted = min(max(10, Int(5000 / max(milliseconds, 0.001))), 20_000)
    return Int(String(decoding: try communicator.broadcast(bytes: Array("\(wanted)".utf8), from: 0), as: UTF8.self))
      ?? 10
  }

  private func perform(_ step: Int, _ session: WorkerSession) throws -> Double {
    let start = ContinuousClock.now
    _ = try session.performStep(step, learningRate: run.schedule.rate(at: step, memory: nil), report: false)
    return (ContinuousClock.now - start) / .milliseconds(1)
  }

  private static var peakResidentBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
