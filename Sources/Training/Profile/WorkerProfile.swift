import Collectives

/// Profile of one worker.
public struct WorkerProfile: Sendable, Equatable {
  public var host = ""
  public var shards = 0
  /// Cores that the worker may run on; empty if the system does not tell.
  public var cores: [Int32] = []
  /// Number of measured steps.
  public var steps = 0
  /// Time at which the worker left the barrier at the start of the run, in nanoseconds of its host's clock.
  public var startTime: UInt64 = 0
  /// Seconds in each phase, in the order of `Timeline.Phase.allCases`.
  public var seconds = [Double](repeating: 0, count: Timeline.Phase.allCases.count)
  /// By layer, in the model's order, followed by the loss.
  public var layers: [LayerTime] = []
  /// Of the first and the last steps, in order of time.
  public var spans: [Timeline.Span] = []

  public init() {}

  public subscript(phase: Timeline.Phase) -> Double {
    get { seconds[Int(phase.rawValue)] }
    set { seconds[Int(phase.rawValue)] = newValue }
  }

  /// All except the host, as a message to another worker.
  var words: [UInt64] {
    let head =
      [UInt64(shards), UInt64(steps), startTime, UInt64(cores.count), UInt64(layers.count)] + seconds.map(\.bitPattern)
    return head + cores.map { UInt64($0) } + layers.flatMap { [$0.forward.bitPattern, $0.backward.bitPattern] }
      + spans.flatMap { [UInt64($0.phase.rawValue), UInt64($0.step), $0.start, $0.end] }
  }

  init(host: String, words: [UInt64]) {
    self.host = host
    (shards, steps, startTime) = (Int(words[0]), Int(words[1]), words[2])
    let firstCore = 5 + seconds.count
    let firstLayer = firstCore + Int(words[3])
    let firstSpan = firstLayer + 2 * Int(words[4])
    seconds = words[5..<firstCore].map { Double(bitPattern: $0) }
    cores = words[firstCore..<firstLayer].map { Int32($0) }
    layers = stride(from: firstLayer, to: firstSpan, by: 2).map {
      LayerTime(forward: Double(bitPattern: words[$0]), backward: Double(bitPattern: words[$0 + 1]))
    }
    spans = stride(from: firstSpan, to: words.count, by: 4).map { at in
      Timeline.Span(
        Timeline.Phase(rawValue: UInt8(words[at])) ?? .other, step: Int(words[at + 1]), start: words[at + 2],
        end: words[at + 3])
    }
  }
}
