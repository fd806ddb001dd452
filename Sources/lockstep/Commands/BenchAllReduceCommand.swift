import ArgumentParser
import Collectives
import JSON
import MPICollectives
import PlainText
import Training

struct BenchAllReduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allreduce",
    abstract: "Times the all-reduce of gradients, and MPI_Allreduce for comparison.",
    discussion: """
      Every call has new values, begins at a barrier, and is checked element by element; times are medians on rank 0. \
      Lockstep leaves the sum in memory that the ranks of a node share; MPI_Allreduce works in place on a buffer of each rank.

      Examples:
        mpirun -np 2 lockstep bench allreduce
        mpirun -np 4 lockstep bench allreduce --bytes 4096,21037056 --json
        lockstep bench allreduce --workers 2    threads, without a comparison
      """)

  @Option(help: ArgumentHelp("Sizes in bytes, multiples of 4 (default: from 4 bytes to 256 MiB).", valueName: "a,b,…"))
  var bytes: String?

  @Option(help: "Worker threads of this process (default 1; under mpirun each rank is one worker).")
  var workers: Int?

  @Flag(help: "Prints one JSON array: bytes, lockstep_us, mpi_us, correct.")
  var json = false

  /// Powers of two, and some other lengths.
  private static let defaultSizes = [
    4, 404, 4 << 10, 64 << 10, (64 << 10) + 4, 256 << 10, 1 << 20, 4 << 20, (4 << 20) - 12, 16 << 20, 64 << 20,
    256 << 20,
  ]

  private func sizes() throws -> [Int] {
    guard let bytes else { return Self.defaultSizes }
    return try bytes.split(separator: ",", omittingEmptySubsequences: false).map { text in
      guard let size = Int(text), size >= 4, size.isMultiple(of: 4), size <= 4 << 30 else {
        throw ValidationError("--bytes \(bytes): \"\(text)\" is not a multiple of 4 from 4 to 4 GiB")
      }
      return size
    }
  }

  func validate() throws { _ = try sizes() }

  func run() throws {
    let (sizes, json) = (try sizes(), json)
    try CommandRunner.run("bench allreduce", workers: workers) { _ in
      Sizes(bytes: sizes)
    } work: { communicator, _, _ in
      let mpi = communicator as? MPICommunicator
      let benchmark = AllReduceBenchmark(
        communicator, reference: mpi.map { mpi in { try mpi.sumByMPI($0, count: $1) } })
      let terminal = communicator.worker == 0 ? Terminal.standard : nil
      if !json { terminal?.print(AllReduceText.head) }
      var results: [AllReduceBenchmark.Result] = []
      for size in sizes {
        results.append(try benchmark.measure(bytes: size))
        if !json { terminal?.print(AllReduceText.line(results[results.count - 1])) }
      }
      if json { terminal?.print(json: AllReduceText.json(results)) }
      if let problem = mpi?.sharedMemoryProblem { terminal?.printError("warning: no shared memory: \(problem)") }
      return results.allSatisfy(\.isCorrect) ? 0 : 1
    }
  }

  /// Sizes to measure, with one shard for each worker.
  private struct Sizes: Preparation {
    let bytes: [Int]
    func shards(workers: Int) -> Int { workers }
    func jobFacts() -> [JobFact] { [JobFact("--bytes", "\(bytes)")] }
  }
}

/// The result of `bench allreduce`, for people and for programs.
enum AllReduceText {
  static let head = "       bytes  lockstep us       mpi us   ratio   GB/s"

  static func line(_ result: AllReduceBenchmark.Result) -> String {
    let cells = [
      ("\(result.bytes)", 12), (Format.decimal(result.ours, 1), 13),
      (result.reference.map { Format.decimal($0, 1) } ?? "-", 13),
      (result.reference.map { Format.decimal($0 / result.ours, 2) } ?? "-", 8),
      (Format.decimal(Double(result.bytes) / result.ours / 1e3, 2), 7),
    ]
    let text = cells.map { $0.0.leftPadded(to: $0.1) }.joined()
    return result.isCorrect ? text : text + "  WRONG RESULT"
  }

  /// One line; the keys are a contract.
  static func json(_ results: [AllReduceBenchmark.Result]) -> String {
    JSON.array(
      results.map { result in
        [
          "bytes": .integer(result.bytes), "lockstep_us": .number(result.ours), "mpi_us": .number(result.reference),
          "correct": .bool(result.isCorrect),
        ]
      }
    ).description
  }
}
