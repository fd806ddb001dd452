import ArgumentParser
import Collectives
import Foundation
import MPICollectives
import Tensors
import Training

/// This process's rank in its job, and the job's size.
struct JobMember: Sendable {
  var rank = 0
  var ranks = 1
  var nodes = 1
  /// Reports that the system gives this process no more memory, and ends it.
  var endOutOfMemory: @Sendable (OutOfMemory) -> Never = OutOfMemory.end
}

/// State that a process prepares once, before its workers start.
protocol Preparation: Sendable {
  /// Number of shards for this number of workers; throws if there are fewer shards than workers.
  func shards(workers: Int) throws -> Int
  /// Facts that must be equal in all processes of a job.
  func jobFacts() throws -> [JobFact]
  /// Whether a job of different builds is refused.
  static var requiresEqualBuilds: Bool { get }
}

extension Preparation {
  static var requiresEqualBuilds: Bool { true }
}

/// Runs a command's work on every worker; turns an error into one message and an exit code.
enum CommandRunner {
  /// Calls `prepare` once in each process, then `work` once for each worker: threads of this process or, under a launcher, ranks.
  ///
  /// - Parameters:
  ///   - command: Its name, which must be the same on all ranks of a job.
  ///   - workers: Number of threads without a launcher; nil for one. Refused under a launcher.
  ///   - pinned: Binds each thread to its own cores.
  ///   - watching: Settings for detecting lost ranks.
  ///   - prepare: An error of it is reported once and ends all ranks.
  ///   - work: The work of one worker; returns the exit code.
  static func run<Prepared: Preparation>(
    _ command: String, workers: Int? = nil, pinned: Bool = false, watching: Watching = Watching(),
    prepare: (JobMember) throws -> Prepared,
    work: @escaping @Sendable (any Communicator, JobMember, Prepared) throws -> Int32
  ) throws {
    let code =
      if let launcher = MPILauncher(environment: ProcessInfo.processInfo.environment) {
        runRank(
          command, launcher: launcher, workers: workers, pinned: pinned, watching: watching, prepare: prepare,
          work: work)
      } else {
        runThreads(workers: workers ?? 1, pinned: pinned, stop: watching.stop, prepare: prepare, work: work)
      }
    if code != 0 { throw ExitCode(code) }
  }

  private static func runThreads<Prepared: Preparation>(
    workers: Int, pinned: Bool, stop: StopRequest?, prepare: (JobMember) throws -> Prepared,
    work: @escaping @Sendable (any Communicator, JobMember, Prepared) throws -> Int32
  ) -> Int32 {
    stop?.endPreparation { reason in
      report(StoppedBeforeTraining(reason: reason))
      _exit(reason.exitCode)
    }
    do {
      guard workers >= 1 else { throw WrongUse.tooFewWorkers(workers) }
      let member = JobMember()
      let prepared = try prepare(member)
      let shards = try prepared.shards(workers: workers)
      guard workers > 1 else { return try work(SoloCommunicator(shards: shards), member, prepared) }
      let cores = pinned ? CoreBinding.allowedCores : []
      let codes = try ThreadGroup.run(layout: ShardLayout(shards: shards, workers: workers)) { communicator in
        CoreBinding.bindCurrentThread(worker: communicator.worker, of: workers, cores: cores)
        return try work(communicator, member, prepared)
      }
      return codes.max() ?? 0
    } catch {
      stop?.leavePreparation()
      return report(error)
    }
  }

  @discardableResult
  static func report(_ error: any Error, prefix: String = "") -> Int32 {
    let code = (error as? any ExitCodeProviding)?.exitCode ?? 1
    // A stop on request is not an error.
    Terminal.standard.printError(code > 128 ? "\(error)" : "error: \(prefix)\(error)")
    // Some callers end the process next.
    Terminal.standard.flush()
    return code
  }
}

extension PreparedRun: Preparation {}
