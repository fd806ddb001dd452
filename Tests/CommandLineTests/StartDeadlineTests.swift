import Dispatch
import Synchronization
import Testing

@testable import lockstep

/// The end of ranks that do not connect in time.
struct StartDeadlineTests {
  @Test func aDeadlineThatIsMetIsNotMissed() throws {
    let missed = Mutex<[String]>([])
    let (first, last) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let met = try StartDeadline(seconds: 2) { missed.withLock { $0.append("met") } }
    met.meet()
    let none = try StartDeadline(seconds: 0.1) {
      missed.withLock { $0.append("first") }
      first.signal()
    }
    first.wait()
    let later = try StartDeadline(seconds: 3) {
      missed.withLock { $0.append("last") }
      last.signal()
    }
    last.wait()
    #expect(missed.withLock { $0 } == ["first", "last"])
    withExtendedLifetime((met, none, later)) {}
  }
}
