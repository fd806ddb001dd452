import Collectives
import CollectivesTestSupport
import Glibc
import MPICollectives

/// Run by the tests under mpirun, once a rank: the checks that the tests run on threads, and ways to fail.
///
///     collectives-selftest checks          all checks; rank 0 prints what was seen
///     collectives-selftest progress        pairs of ranks exchange long messages without asking for them
///     collectives-selftest fail RANK       an error on one rank while the others wait for it
///     collectives-selftest exit RANK       one rank exits with 5 while the others wait for it
///     collectives-selftest mismatch        the ranks sum buffers of different lengths
@main
struct Selftest {
  static func main() {
    guard let launcher = MPILauncher(environment: environment) else { stop("not under a launcher", 2) }
    let mpi: MPIEnvironment
    do {
      mpi = try MPIEnvironment.start(launcher: launcher)
    } catch {
      stop("\(error)", 2)
    }
    do {
      try run(Array(CommandLine.arguments.dropFirst()), mpi)
      try mpi.finalize()
    } catch {
      report("rank \(mpi.rank): \(error)")
      mpi.abort(exitCode: 3)
    }
  }

  private static func run(_ arguments: [String], _ mpi: MPIEnvironment) throws {
    switch arguments.first {
    case "checks":
      let comparisons = try checks(mpi)
      if mpi.rank == 0 {
        print("ranks=\(mpi.size) nodes=\(mpi.nodes.count) comparisons=\(comparisons)")
      }
    case "progress":
      try messagesArriveWhileRanksSleep(mpi)
    case "fail":
      if arguments.last == "\(mpi.rank)" { throw CheckFailure("failed on purpose") }
      try mpi.communicator(shards: mpi.size).barrier()
    case "exit":
      if arguments.last == "\(mpi.rank)" { exit(5) }
      try mpi.communicator(shards: mpi.size).barrier()
    case "mismatch":
      _ = try CommunicatorChecks(mpi.communicator(shards: mpi.size)).sums(
        Buckets(count: mpi.rank == 0 ? 9000 : 9100), rounds: 0..<1)
    default:
      throw CheckFailure("usage: collectives-selftest checks | progress | fail RANK | exit RANK | mismatch")
    }
  }

  /// Shards that divide evenly and that do not; ranks that share memory as they can, not at all, and in node groups of
  /// unequal size; messages in one piece and in many.
  private static func checks(_ mpi: MPIEnvironment) throws -> Int {
    var comparisons = 0
    for shards in [mpi.size, mpi.size + 1, 2 * mpi.size, 7] where shards >= mpi.size {
      comparisons += try CommunicatorChecks(mpi.communicator(shards: shards)).runAll(
        lengths: [0, 1, 101, 4097, 9 * Slices.pageLength + 791])
      for nodeGroups in groupSizes(ranks: mpi.size) {
        let communicator = mpi.communicator(shards: shards, nodes: NodeGroups(sizes: nodeGroups), pieceLimit: 64)
        comparisons += try CommunicatorChecks(communicator).runAll(lengths: [
          0, 1, 101, 256, 257, 4 * Slices.pageLength + 1,
        ])
      }
    }
    return comparisons
  }

  /// Messages so long that both ends have a part in them arrive, again and again, though no rank asks for progress.
  private static func messagesArriveWhileRanksSleep(_ mpi: MPIEnvironment) throws {
    guard mpi.size.isMultiple(of: 2) else { throw CheckFailure("\(mpi.size) ranks do not make pairs") }
    let count = 1 << 20
    let communicator = mpi.communicator(shards: mpi.size)
    let transfers = communicator.makeTransfers()
    let message = UnsafeMutablePointer<Float>.allocate(capacity: count)
    let buffer = UnsafeMutablePointer<Float>.allocate(capacity: count)
    message.initialize(repeating: 0, count: count)
    buffer.initialize(repeating: 0, count: count)
    for round in 1...5 {
      message.update(repeating: Float(round), count: count)
      try transfers.receive(buffer, count: count, from: mpi.rank ^ 1, tag: round)
      try transfers.send(message, count: count, to: mpi.rank ^ 1, tag: round)
      communicator.asynchronousProgress = true
      let patience = ContinuousClock.now + .seconds(10)
      while buffer[count - 1] != Float(round) {
        if ContinuousClock.now > patience { throw CheckFailure("message \(round) does not arrive") }
        usleep(1000)
      }
      communicator.asynchronousProgress = false
      while try !transfers.areComplete() { sched_yield() }
    }
    message.deallocate()
    buffer.deallocate()
  }

  /// Each rank alone; the first one alone; halves.
  private static func groupSizes(ranks: Int) -> [[Int]] {
    [Array(repeating: 1, count: ranks), [1, ranks - 1], [ranks - ranks / 2, ranks / 2]].filter { !$0.contains(0) }
  }

  /// The variables by which `MPILauncher` knows a launcher.
  private static var environment: [String: String] {
    var values: [String: String] = [:]
    for name in ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE"] {
      if let value = getenv(name) { values[name] = String(cString: value) }
    }
    return values
  }

  private static func stop(_ text: String, _ code: Int32) -> Never {
    report("collectives-selftest: \(text)")
    exit(code)
  }

  private static func report(_ text: String) {
    let line = text + "\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }
}
