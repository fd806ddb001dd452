import ArgumentParser
import Collectives
import Diagnostics
import Foundation
import MPICollectives
import Training

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Finds problems of this machine or cluster before a run does.",
    discussion: """
      Tests the collectives with numbers that depend on rank and element; compares program and libraries of all ranks; shows \
      hosts, cores, memory and limits; names what is wrong or slow, and what to do about it.

      Examples:
        lockstep doctor                                  this machine, one process
        lockstep doctor --workers 4                      four worker threads
        mpirun -np 4 lockstep doctor                     four ranks, bound by mpirun
        mpirun --hostfile hosts lockstep doctor --json   a cluster, for a program

      Exits with 1 if there is an error; with --strict also if there are only warnings (more ranks than cores, kernels that are \
      not the fastest, little shared memory). Every run of lockstep train begins with a short form of doctor, and also compares \
      the configuration and the data of all ranks, which doctor does not.
      """)

  @Option(help: "Worker threads of this process (default 1; under mpirun each rank is one worker).")
  var workers: Int?

  @Flag(help: "Binds each worker thread, with its helper threads, to its own cores, as lockstep train --pin does.")
  var pin = false

  @Flag(help: "Exits with 1 on warnings too.")
  var strict = false

  @Flag(help: "Prints one JSON object.")
  var json = false

  func run() throws {
    let (strict, json) = (strict, json)
    try CommandRunner.run("doctor", workers: workers, pinned: pin) { _ in
      DoctorPreparation()
    } work: { communicator, member, _ in
      let examination = try Examination(communicator, member, depth: .thorough)
      if communicator.worker == 0 {
        let text = DoctorText(examination: examination, member: member)
        json ? Terminal.standard.print(json: text.json) : Terminal.standard.print(text.text)
      }
      return examination.hasErrors || (strict && !examination.findings.isEmpty) ? 1 : 0
    }
  }
}

/// One shard more than workers, so that workers have different numbers of shards. The examination compares the ranks' builds.
private struct DoctorPreparation: Preparation {
  func shards(workers: Int) -> Int { workers + 1 }
  func jobFacts() -> [JobFact] { [] }
  static var requiresEqualBuilds: Bool { false }
}
