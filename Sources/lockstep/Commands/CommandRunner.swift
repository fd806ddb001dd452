import ArgumentParser
import Collectives
import Foundation
import MPICollectives
import Tensors
import Training

/// Where a worker stands among the processes of a job.
struct Place: Sendable {
  var rank = 0
  var ranks = 1
  var nodes = 1
  /// Says that this process got no more memory, and ends it.
  var endOutOfMemory: @Sendable (OutOfMemory) -> Never = OutOfMemory.end
}

/// State that a process prepares before its workers start, once, whatever their number.
protocol Preparation: Sendable {
  /// Parts of a batch for this number of workers; throws where there are fewer parts than workers.
  func shards(workers: Int) throws -> Int
  /// Facts that must be the same in all processes of a job.
  func jobFacts() throws -> [JobFact]
  /// Whether different builds are refused before the work starts.
  static var requiresEqualBuilds: Bool { get }
}

extension Preparation {
  static var requiresEqualBuilds: Bool { true }
}

/// Runs a command's work on every worker, and turns what goes wrong into one message and an exit code.
enum CommandRunner {
  /// Prepares once a process, then works once a worker: threads of this process or, where a launcher started several, ranks.
  ///
  /// - Parameters:
  ///   - command: Its name, which all ranks of a job must have been given.
  ///   - workers: Threads of the local mode; nil for one. Refused under a launcher.
  ///   - pinned: Gives each thread cores of its own.
  ///   - watching: How ranks that are lost are noticed.
  ///   - prepare: Its errors are said once and end all ranks.
  ///   - work: A worker's part; returns the exit code.
  static func run<Prepared: Preparation>(
    _ command: String, workers: Int? = nil, pinned: Bool = false, watching: Watching = Watching(),
    prepare: (Place) throws -> Prepared,
    work: @escaping @Sendable (any Communicator, Place, Prepared) throws -> Int32
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
    workers: Int, pinned: Bool, stop: StopRequest?, prepare: (Place) throws -> Prepared,
    work: @escaping @Sendable (any Communicator, Place, Prepared) throws -> Int32
  ) -> Int32 {
    stop?.endPreparation { reason in
      report(StoppedBeforeTraining(reason: reason))
      _exit(reason.exitCode)
    }
    do {
      guard workers >= 1 else { throw WrongUse.tooFewWorkers(workers) }
      let place = Place()
      let prepared = try prepare(place)
      let shards = try prepared.shards(workers: workers)
      guard workers > 1 else { return try work(SoloCommunicator(shards: shards), place, prepared) }
      let cores = pinned ? CoreBinding.allowedCores : []
      let codes = try ThreadGroup.run(layout: ShardLayout(shards: shards, workers: workers)) { communicator in
        CoreBinding.bindCurrentThread(worker: communicator.worker, of: workers, cores: cores)
        return try work(communicator, place, prepared)
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
    // To stop when told to is no error.
    Terminal.standard.printError(code > 128 ? "\(error)" : "error: \(prefix)\(error)")
    // Some who report end the process next.
    Terminal.standard.flush()
    return code
  }
}

extension PreparedRun: Preparation {}
