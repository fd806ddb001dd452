import CProcessStart
import Collectives
import Glibc
import MPICollectives
import RunSettings
import Training

/// Run by the tests under mpirun, once a rank: trains, and flips one bit of one rank's weights on the way, as a fault of its
/// memory would.
///
///     training-selftest CONFIG RUN-FOLDER RANK STEP
@main
struct Selftest {
  static func main() throws {
    // Signals are blocked in a process that this is linked into.
    guard cprocessstart_was_prepared() == 1 else { exit(4) }
    SignalListener.start()
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let launcher = MPILauncher(environment: environment) else { exit(2) }
    let mpi = try MPIEnvironment.start(launcher: launcher)
    var code: Int32 = 0
    do {
      let run = try PreparedRun(
        RunConfiguration.load(file: arguments[1], overrides: []), options: RunOptions(runFolder: arguments[2]))
      let trainer = try Trainer(
        run, communicator: mpi.communicator(shards: run.shards(workers: mpi.size)),
        jobSize: (mpi.size, mpi.nodes.count), reporter: nil)
      if arguments[3] == "\(mpi.rank)" {
        trainer.afterStep = { step, state in
          guard arguments[4] == "\(step)" else { return }
          state[0].floats[0] = Float(bitPattern: state[0].floats[0].bitPattern ^ 1)
        }
      }
      _ = try trainer.train()
    } catch let failure as AgreedFailure {
      if mpi.rank == 0 { report("error: \(failure)") }
      code = failure.exitCode
    } catch {
      report("rank \(mpi.rank): \(error)")
      mpi.abort(exitCode: 3)
    }
    try mpi.finalize()
    exit(code)
  }

  private static func report(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
  }

  /// The variables by which `MPILauncher` knows a launcher.
  private static var environment: [String: String] {
    ["OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMIX_RANK"].reduce(into: [:]) { found, name in
      if let value = getenv(name) { found[name] = String(cString: value) }
    }
  }
}
