import Collectives
import Testing

/// A worker's stopwatch, with a clock that the test turns.
struct TimelineTests {
  private final class Clock {
    var time: UInt64 = 1_000_000
  }

  private let clock = Clock()

  private func timeline(keptSteps: Int) -> Timeline {
    Timeline(keptSteps: keptSteps) { [clock] in clock.time }
  }

  private func spend(_ microseconds: UInt64, _ phase: Timeline.Phase, _ timeline: Timeline) {
    timeline.enter(phase)
    clock.time += microseconds * 1000
  }

  @Test("phases add up to the time since the second step began, and the first step is not counted")
  func totals() {
    let timeline = timeline(keptSteps: 3)
    spend(50, .other, timeline)
    for step in 0..<4 {
      timeline.begin(step: step)
      spend(10, .forward, timeline)
      spend(step == 0 ? 1000 : 20, .backward, timeline)
      let before = timeline.enter(.hiddenCommunication)
      #expect(before == .backward)
      clock.time += 5000
      timeline.enter(before)
      clock.time += 1000
      spend(7, .optimizer, timeline)
      timeline.enter(.other)
    }
    timeline.stop()
    #expect(timeline.measuredSteps == 3)
    let microseconds = Timeline.Phase.allCases.map { Int((timeline.seconds($0) * 1e6).rounded()) }
    #expect(microseconds == [0, 30, 63, 15, 0, 0, 21, 0, 0, 0])
  }

  @Test("spans are those of the first and the last steps, in order", arguments: [1, 2, 3, 4, 5, 6, 7, 8, 11])
  func keptSteps(steps: Int) {
    let timeline = timeline(keptSteps: 3)
    for step in 0..<steps {
      timeline.begin(step: 10 + step)
      spend(10, .forward, timeline)
      spend(10, .backward, timeline)
      timeline.enter(.other)
    }
    timeline.stop()
    let expected = (0..<steps).filter { $0 < 3 || $0 >= steps - 3 }.map { 10 + $0 }
    #expect(timeline.spans.map(\.step) == expected.flatMap { [$0, $0] })
    #expect(timeline.spans.map(\.phase) == expected.flatMap { _ in [.forward, .backward] })
    #expect(timeline.spans.allSatisfy { $0.end - $0.start == 10_000 })
    #expect(zip(timeline.spans, timeline.spans.dropFirst()).allSatisfy { $0.end <= $1.start })
  }

  @Test("spans too short to be seen are counted, but not kept, and do not cut others in two")
  func shortSpans() {
    let timeline = timeline(keptSteps: 1)
    timeline.begin(step: 0)
    timeline.begin(step: 1)
    spend(10, .backward, timeline)
    spend(1, .hiddenCommunication, timeline)
    spend(10, .backward, timeline)
    spend(4, .hiddenCommunication, timeline)
    timeline.stop()
    #expect(timeline.spans.map(\.phase) == [.backward, .hiddenCommunication])
    #expect(timeline.spans.map { $0.end - $0.start } == [21_000, 4000])
    #expect(abs(timeline.seconds(.hiddenCommunication) - 5e-6) < 1e-12)
  }
}
