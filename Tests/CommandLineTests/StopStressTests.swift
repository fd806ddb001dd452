import Foundation
import Testing

/// Stops at random times, while matrix products are computed: a few here, hundreds with `Tests/stress-stops`.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(30)))
struct StopStressTests {
  @Test("runs that are stopped have a checkpoint, and go on to the same weights and metrics")
  func stops() throws {
    let script = Build.packageRoot.appendingPathComponent("Tests/stress-stops").path
    let result = try ChildProcess(
      script, ["12", "\(Int.random(in: 1...36))"], environment: ["LOCKSTEP": Build.lockstep]
    ).wait(limit: 1700)
    #expect(result.exitCode == 0, "\(result.output)\n\(result.errors)")
    #expect(result.lines.last?.contains(" 0 wrong") ?? false, "\(result.output)")
  }
}
