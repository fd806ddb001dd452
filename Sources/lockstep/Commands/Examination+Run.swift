import Collectives
import Diagnostics
import Training

/// Examining the workers of a command.
extension Examination {
  /// Collective.
  init(_ communicator: any Communicator, _ place: Place, depth: Depth) throws {
    try self.init(
      communicator, depth: depth, kind: place.ranks > 1 ? "rank" : "worker",
      versions: Version.jobFacts.map { .init($0.name, $0.value) }
    )
  }

  /// The short form at the start of a run: warns of what has not been said or refused already. Collective.
  ///
  /// - Throws: if the collectives give wrong results.
  static func start(_ communicator: any Communicator, _ place: Place, reporter: RunReporter?) throws {
    let examination = try Examination(communicator, place, depth: .quick)
    if let finding = examination.findings.first(where: { $0.subject == .collectives }) {
      try communicator.agree { throw UnsoundCollectives(finding: finding) }
    }
    for finding in examination.findings {
      // The reporter says which kernels are slow, and the trainer whether its gradients share memory.
      if finding.subject == .kernels && finding.severity == .warning { continue }
      if finding == communicator.sharedMemoryProblem.map(noSharedMemory) { continue }
      reporter?.warn("\(finding.problem); \(finding.advice)")
    }
  }
}

/// What a run does not start with.
private struct UnsoundCollectives: Error, CustomStringConvertible {
  let finding: Finding
  var description: String { "\(finding.problem)\nhint: \(finding.advice)" }
}
