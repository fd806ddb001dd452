import Collectives
import Foundation
import MPICollectives
import PlainText
import Tensors
import Training

/// Settings for detecting and reporting lost ranks.
struct Watching: Sendable {
  /// Seconds without a heartbeat after which a rank counts as lost.
  var stallTimeout = 60.0
  /// Progress of the run, for the report; nil for commands without steps.
  var status: RunStatus?
  /// Receives stop requests that another rank passes on.
  var stop: StopRequest?
}

extension CommandRunner {
  /// Runs one rank of a job.
  static func runRank<Prepared: Preparation>(
    _ command: String, launcher: MPILauncher, workers: Int?, pinned: Bool, watching: Watching,
    prepare: (JobMember) throws -> Prepared,
    work: (any Communicator, JobMember, Prepared) throws -> Int32
  ) -> Int32 {
    // All ranks are told to stop together; rank 0 reports it.
    watching.stop?.endPreparation { reason in
      if launcher.rank ?? 0 == 0 { report(StoppedBeforeTraining(reason: reason)) } else { usleep(500_000) }
      _exit(reason.exitCode)
    }
    let mpi: MPIEnvironment
    let deadline: StartDeadline
    do {
      // Large jobs take seconds to start, even if --stall-timeout is short.
      deadline = try StartDeadline.forRanks(seconds: max(60, watching.stallTimeout), rank: launcher.rank)
      mpi = try MPIEnvironment.start(launcher: launcher)
      ProcessSignals.set()
    } catch {
      return report(error)
    }
    var member = JobMember(rank: mpi.rank, ranks: mpi.size, nodes: mpi.nodes.count)
    var watch: RankWatch?
    do {
      watch = try RankWatch.start(
        // Pairs of ranks that cannot connect must be reported before the deadline.
        mpi, stallTimeout: watching.stallTimeout, patience: 0.75 * deadline.remaining,
        stop: { watching.stop?.request(.passedOn) },
        report: { loss in report(LostRanks(loss: loss, status: watching.status)) })
      deadline.meet()
      if let watch, let stop = watching.stop {
        // Other ranks may be busy for minutes, with data or an evaluation, before they next communicate.
        stop.passOn { [watch] in watch.passOnStop() }
        stop.endPreparation { [watch, rank = mpi.rank] reason in
          if rank == 0 { report(StoppedBeforeTraining(reason: reason)) } else { usleep(500_000) }
          watch.sayThatFailureIsSaid()
          _exit(reason.exitCode)
        }
      }
      member.endOutOfMemory = { [watch, rank = mpi.rank, ranks = mpi.size] error in
        OutOfMemory.holdOtherThreads()
        report(error, prefix: ranks > 1 ? "rank \(rank): " : "")
        watch?.sayThatFailureIsSaid()
        _exit(1)
      }
      let job = mpi.communicator(shards: mpi.size)
      let name = { (rank: Int) in "rank \(rank) (\(mpi.nodes.hostNames[rank]))" }
      // First, since ranks with another command would make this one wait for ever.
      try job.requireEqual([JobFact("command", command)], name: name)
      if Prepared.requiresEqualBuilds { try job.requireEqual(Version.jobFacts, name: name) }
      let prepared = try job.agree {
        if workers != nil { throw WrongUse.workersUnderLauncher(ranks: member.ranks) }
        if pinned { throw WrongUse.pinUnderLauncher }
        return try prepare(member)
      }
      try job.requireEqual(job.agree { try prepared.jobFacts() }, name: name)
      if member.rank == 0, let watch { warn(of: watch.unwatched) }
      let shards = try job.agree { try prepared.shards(workers: member.ranks) }
      let code = try work(mpi.communicator(shards: shards), member, prepared)
      watch?.sayGoodbye()
      // A launcher no longer reads the output of a rank that has ended.
      Terminal.standard.flush()
      if code == 0 { try mpi.finalize() } else { try mpi.end(exitCode: code, launcher: launcher) }
      return code
    } catch let failure as AgreedFailure {
      watching.stop?.leavePreparation()
      if member.rank == 0 { report(failure) }
      watch?.sayGoodbye()
      Terminal.standard.flush()
      try? mpi.end(exitCode: failure.exitCode, launcher: launcher)
      return failure.exitCode
    } catch {
      // An MPI call may fail because another rank died: then the watch reports that and ends this rank here.
      if error is MPIError { watch?.allowTimeToFindLosses() }
      watching.stop?.leavePreparation()
      // Only this rank knows of the error: report it, and end the others.
      let code = report(error, prefix: member.ranks > 1 ? "rank \(member.rank): " : "")
      watch?.sayThatFailureIsSaid()
      mpi.abort(exitCode: code)
    }
  }

  private static func warn(of unwatched: [(Int, Int)]) {
    guard let first = unwatched.first else { return }
    Terminal.standard.printError(
      """
      warning: \(unwatched.count.counted("pair")) of ranks cannot connect over TCP (the first: \
      \(first.1) and \(first.0)) and do not watch each other: if one is lost, the other may wait for ever; let the nodes \
      reach each other on all ports
      """)
  }
}
