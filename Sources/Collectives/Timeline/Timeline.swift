import Glibc

/// A worker's stopwatch: its time in each phase, and the spans of some steps. Used from the worker's thread only.
///
/// `enter` begins a phase and ends the one before. A worker that is not profiled has no timeline; its cost is a comparison with
/// nil. Spans are kept for the first and the last steps, so a long run requires no more memory than a short one. Totals are over
/// all steps except the first, which allocates memory and prepares kernels.
public final class Timeline {
  /// A period in one phase, in nanoseconds of the host's clock.
  public struct Span: Sendable, Equatable {
    public var phase: Phase
    /// Counted from 0; the time between two steps belongs to the first of them.
    public var step: Int
    public var start: UInt64
    public var end: UInt64

    public init(_ phase: Phase, step: Int, start: UInt64, end: UInt64) {
      (self.phase, self.step, self.start, self.end) = (phase, step, start, end)
    }
  }

  /// Number of steps begun after the first.
  public private(set) var measuredSteps = 0
  public private(set) var phase = Phase.other
  private var since: UInt64
  private var nanoseconds = [UInt64](repeating: 0, count: Phase.allCases.count)

  private let keptSteps: Int
  private let now: () -> UInt64
  private var step = -1
  private var begunSteps = 0
  /// Spans of the first steps, then a ring with those of the last ones. Lists are emptied but keep their memory.
  private var first: [[Span]] = []
  private var last: [[Span]] = []

  /// Shortest span that is kept, and shortest gap between two spans of a phase, in nanoseconds. Shorter ones would not be visible.
  private static let shortest: UInt64 = 2000
  /// Most spans of a step; bounds the memory of steps with very many operations.
  private static let spansPerStep = 2000

  /// - Parameters:
  ///   - keptSteps: Number of steps at the start, and at the end, whose spans are kept.
  ///   - now: A clock in nanoseconds, for tests.
  public init(keptSteps: Int, now: @escaping () -> UInt64 = Timeline.hostTime) {
    precondition(keptSteps > 0, "a timeline of \(keptSteps) steps")
    (self.keptSteps, self.now) = (keptSteps, now)
    since = now()
  }

  /// Time since the host started; the same clock in all of its processes.
  public static func hostTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Ends the present phase and begins another; returns the one that ended.
  @discardableResult
  public func enter(_ next: Phase) -> Phase {
    let ended = phase
    guard next != ended else { return ended }
    close(at: now())
    phase = next
    return ended
  }

  /// Begins a step.
  public func begin(step newStep: Int) {
    close(at: now())
    begunSteps += 1
    if begunSteps == 2 { for index in nanoseconds.indices { nanoseconds[index] = 0 } }
    measuredSteps = max(0, begunSteps - 1)
    step = newStep
    if begunSteps <= keptSteps {
      first.append([])
    } else if last.count < keptSteps {
      last.append([])
    } else {
      last[ringPosition].removeAll(keepingCapacity: true)
    }
  }

  /// Adds the time of the present phase up to now.
  public func stop() { close(at: now()) }

  /// Seconds in a phase since the second step began.
  public func seconds(_ phase: Phase) -> Double { Double(nanoseconds[Int(phase.rawValue)]) / 1e9 }

  /// The kept spans in order of time.
  public var spans: [Span] {
    let oldest = last.count < keptSteps ? 0 : (ringPosition + 1) % keptSteps
    return first.flatMap { $0 } + (last[oldest...] + last[..<oldest]).flatMap { $0 }
  }

  private var ringPosition: Int { (begunSteps - 1) % keptSteps }

  private func close(at time: UInt64) {
    let span = Span(phase, step: step, start: since, end: time)
    nanoseconds[Int(phase.rawValue)] += time - since
    since = time
    guard begunSteps > 0 else { return }
    if begunSteps <= keptSteps {
      Self.add(span, to: &first[begunSteps - 1])
    } else {
      Self.add(span, to: &last[ringPosition])
    }
  }

  private static func add(_ span: Span, to spans: inout [Span]) {
    if let previous = spans.last, previous.phase == span.phase, span.start - previous.end < shortest {
      spans[spans.count - 1].end = span.end
    } else if span.end - span.start >= shortest && spans.count < spansPerStep {
      spans.append(span)
    }
  }
}
