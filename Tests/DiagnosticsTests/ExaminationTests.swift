import Collectives
import Tensors
import Testing

@testable import Diagnostics

@Suite(.timeLimit(.minutes(15)))
struct ExaminationTests {
  private func examine(
    workers: Int, _ wrap: @escaping @Sendable (ThreadCommunicator) -> any Communicator = { $0 }
  ) throws -> [Examination] {
    try ThreadGroup.run(layout: ShardLayout(shards: workers + 1, workers: workers)) { communicator in
      try Examination(
        wrap(communicator), depth: .quick, kind: "worker", versions: [.init("build", "\(communicator.worker / 2)")])
    }
  }

  @Test("sound collectives are found sound, and all workers know the facts of all", arguments: [1, 2, 3, 5])
  func sound(workers: Int) throws {
    for examination in try examine(workers: workers) {
      #expect(!examination.findings.contains { $0.subject == .collectives })
      #expect(examination.findings.contains { $0.subject == .versions } == (workers > 2))
      #expect(examination.workers.count == workers && examination.workers.allSatisfy { !$0.host.isEmpty })
    }
  }

  @Test("a wrong result of a collective is found on every worker", arguments: Broken.Fault.allCases)
  func broken(fault: Broken.Fault) throws {
    for examination in try examine(workers: 3, { Broken($0, fault) }) {
      let finding = try #require(examination.findings.first { $0.subject == .collectives })
      #expect(finding.severity == .error && examination.hasErrors)
      #expect(examination.findings.contains { $0.problem.hasSuffix("slower: no space") })
      // A wrong sum is wrong everywhere.
      #expect(finding.problem.contains("on worker \(fault == .sum ? 0 : 1) ("), "\(finding.problem)")
    }
  }

  @Test func oneWorkerAlone() throws {
    let examination = try Examination(
      SoloCommunicator(shards: 2), depth: .quick, kind: "worker", versions: [])
    #expect(!examination.findings.contains { $0.subject == .collectives })
    #expect(try CollectiveTest(communicator: SoloCommunicator(shards: 3)).run(lengths: [0, 1, 262_147]) == nil)
  }

  /// Worker 1 sees something else than was sent.
  final class Broken: Communicator {
    enum Fault: CaseIterable { case sum, broadcast, gathering }

    private let sound: ThreadCommunicator
    private let fault: Fault
    private var gatherings = 0
    private var pretends = false

    init(_ sound: ThreadCommunicator, _ fault: Fault) { (self.sound, self.fault) = (sound, fault) }

    var worker: Int { pretends ? 2 : sound.worker }
    var layout: ShardLayout { sound.layout }
    var sharedMemoryProblem: String? { "no space" }
    func barrier() throws { try sound.barrier() }

    func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws {
      try sound.broadcast(bytes, from: root)
      if fault == .broadcast && worker == 1 { bytes[bytes.count - 1] ^= 4 }
    }

    /// The first one only: later ones carry what was found.
    func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
      var gathered = try sound.allGather(bytes)
      gatherings += 1
      if fault == .gathering && worker == 1 && gatherings == 1 { gathered.swapAt(0, 2) }
      return gathered
    }

    /// From here on worker 1 adds the shard of worker 2.
    func makeAllReduce(_ buckets: Buckets, sharedBuffers: Int) throws -> AllReduce {
      let sum = try sound.makeAllReduce(buckets, sharedBuffers: sharedBuffers)
      pretends = fault == .sum && sound.worker == 1
      return sum
    }
  }
}
