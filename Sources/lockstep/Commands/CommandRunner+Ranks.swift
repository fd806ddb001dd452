import Collectives
import Foundation
import MPICollectives
import Tensors
import Training

/// How ranks that are lost are noticed, and what is said of them.
struct Watching: Sendable {
  /// Seconds without a sign of life after which a rank is lost.
  var stallTimeout = 60.0
  /// Where the run stands; nil for commands that have no steps.
  var status: RunStatus?
  /// Asked to stop when another rank was, while data are prepared.
  var stop: StopRequest?
}

extension CommandRunner {
  /// The work of one rank of a job.
  static func runRank<Prepared: Preparation>(
    _ command: String, launcher: MPILauncher, workers: Int?, pinned: Bool, watching: Watching,
    prepare: (Place) throws -> Prepared,
    work: (any Communicator, Place, Prepared) throws -> Int32
  ) -> Int32 {
    // Ranks are told to stop together; the first one says so.
    watching.stop?.endPreparation { reason in
      if launcher.rank ?? 0 == 0 { report(StoppedBeforeTraining(reason: reason)) } else { usleep(500_000) }
      _exit(reason.exitCode)
    }
    let mpi: MPIEnvironment
    let deadline: StartDeadline
    do {
      // Larger jobs take seconds to start, whatever silence is borne later.
      deadline = try StartDeadline.forRanks(seconds: max(60, watching.stallTimeout), rank: launcher.rank)
      mpi = try MPIEnvironment.start(launcher: launcher)
      ProcessSignals.set()
    } catch {
      return report(error)
    }
    var place = Place(rank: mpi.rank, ranks: mpi.size, nodes: mpi.nodes.count)
    var watch: RankWatch?
    do {
      watch = try RankWatch.start(
        // Pairs that cannot connect are to be said before the deadline is missed for them.
        mpi, stallTimeout: watching.stallTimeout, patience: 0.75 * deadline.remaining,
        stop: { watching.stop?.request(.passedOn) },
        report: { loss in report(LostRanks(loss: loss, status: watching.status)) })
      deadline.meet()
      if let watch, let stop = watching.stop {
        // The others may be busy for minutes before they agree on anything: with their data, with an evaluation.
        stop.passOn { [watch] in watch.passOnStop() }
        stop.endPreparation { [watch, rank = mpi.rank] reason in
          if rank == 0 { report(StoppedBeforeTraining(reason: reason)) } else { usleep(500_000) }
          watch.sayThatFailureIsSaid()
          _exit(reason.exitCode)
        }
      }
      place.endOutOfMemory = { [watch, rank = mpi.rank, ranks = mpi.size] error in
        report(error, prefix: ranks > 1 ? "rank \(rank): " : "")
        watch?.sayThatFailureIsSaid()
        _exit(1)
      }
      let job = mpi.communicator(shards: mpi.size)
      let name = { (rank: Int) in "rank \(rank) (\(mpi.nodes.hostNames[rank]))" }
      // First of all: another command does not bring what this one waits for.
      try job.requireEqual([JobFact("command", command)], name: name)
      if Prepared.requiresEqualBuilds { try job.requireEqual(Version.jobFacts, name: name) }
      let prepared = try job.agree {
        if workers != nil { throw WrongUse.workersUnderLauncher(ranks: place.ranks) }
        if pinned { throw WrongUse.pinUnderLauncher }
        return try prepare(place)
      }
      try job.requireEqual(job.agree { try prepared.jobFacts() }, name: name)
      if place.rank == 0, let watch { warn(of: watch.unwatched) }
      let shards = try job.agree { try prepared.shards(workers: place.ranks) }
      let code = try work(mpi.communicator(shards: shards), place, prepared)
      watch?.sayGoodbye()
      // Launchers show the descriptors of a rank that has been ended no longer.
      Terminal.standard.flush()
      if code == 0 { try mpi.finalize() } else { try mpi.end(exitCode: code, launcher: launcher) }
      return code
    } catch let failure as AgreedFailure {
      watching.stop?.leavePreparation()
      if place.rank == 0 { report(failure) }
      watch?.sayGoodbye()
      Terminal.standard.flush()
      try? mpi.end(exitCode: failure.exitCode, launcher: launcher)
      return failure.exitCode
    } catch {
      // A call of MPI may fail because another rank died; then the watch says so, and ends this rank here.
      if error is MPIError { watch?.allowTimeToFindLosses() }
      watching.stop?.leavePreparation()
      // This rank alone knows: say it here and take the others down.
      let code = report(error, prefix: place.ranks > 1 ? "rank \(place.rank): " : "")
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
