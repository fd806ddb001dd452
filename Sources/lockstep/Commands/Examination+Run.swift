import Collectives
import Diagnostics
import Training

/// Examines the workers of a command.
extension Examination {
  /// Collective.
  init(_ communicator: any Communicator, _ member: JobMember, depth: Depth, memory: StateMemory? = nil) throws {
    try self.init(
      communicator, depth: depth, kind: member.ranks > 1 ? "rank" : "worker",
      // Kernels are compared as facts of each worker, with their own advice.
      versions: Version.libraryFacts.map { .init($0.name, $0.value) },
      neededMemory: (memory?.worker ?? 0, memory?.host ?? 0))
  }

  /// The short form at the start of a run: warns of problems that nothing else reports. Collective.
  ///
  /// - Parameter memory: Memory that the run is about to allocate.
  /// - Throws: if the collectives give wrong results, or memory cannot hold the model.
  static func start(
    _ communicator: any Communicator, _ member: JobMember, memory: StateMemory, reporter: RunReporter?
  ) throws {
    let examination = try Examination(communicator, member, depth: .quick, memory: memory)
    if let finding = examination.findings.first(where: { $0.isObstacle }) {
      try communicator.agree { throw Obstacle(finding: finding) }
    }
    for finding in examination.findings {
      // The reporter warns of slow kernels, and the trainer of gradients without shared memory.
      if finding.subject == .kernels && finding.severity == .warning { continue }
      if finding == communicator.sharedMemoryProblem.map(noSharedMemory) { continue }
      reporter?.warn("\(finding.problem); \(finding.advice)")
    }
  }
}

/// Findings that keep a run from starting.
private struct Obstacle: Error, CustomStringConvertible {
  let finding: Finding
  var description: String { "\(finding.problem)\nhint: \(finding.advice)" }
}

extension Finding {
  fileprivate var isObstacle: Bool { subject == .collectives || (subject == .memory && severity == .error) }
}
