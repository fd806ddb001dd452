import Foundation
import Testing

/// Keeps suites that start jobs of several processes from all running at once.
///
/// Ranks that wait do so busily, so a dozen jobs on a few cores slow one another tenfold. That is no fault of theirs,
/// but Open MPI gives the ranks left of a broken job a second or two to say why it ended, however slow the machine is.
struct TakingTurns: SuiteTrait, TestScoping {
  private static let slots = Slots(max(2, ProcessInfo.processInfo.activeProcessorCount))

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    await Self.slots.take()
    do {
      try await function()
    } catch {
      await Self.slots.give()
      throw error
    }
    await Self.slots.give()
  }

  /// As many suites at a time as there are slots, in the order in which they come.
  private actor Slots {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) { free = count }

    func take() async {
      if free > 0 {
        free -= 1
      } else {
        await withCheckedContinuation { waiting.append($0) }
      }
    }

    func give() {
      if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
  }
}

extension Trait where Self == TakingTurns {
  static var takingTurns: TakingTurns { TakingTurns() }
}
