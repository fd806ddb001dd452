import ArgumentParser
import Foundation
import MPICollectives

@main
struct LockstepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockstep",
    abstract: "Trains deep networks on CPUs, data-parallel, with the same bits on every spread.",
    discussion: """
      Examples:
        lockstep train configs/quickstart.yaml --workers 2     two worker threads
        mpirun -np 4 lockstep train configs/quickstart.yaml    four MPI ranks
        launch/cluster HOSTFILE configs/quickstart.yaml        ranks on several hosts
        lockstep evaluate runs/quickstart                      loss and accuracy
        lockstep classify runs/quickstart digit.png            what an image is
        lockstep generate runs/novel --prompt "It is"          what a model writes
        mpirun -np 4 lockstep doctor                           what may go wrong
        lockstep data list                                     the data sets it knows

      Exit codes: 0 done; 1 the run failed; 2 wrong use or wrong configuration; 130 or 143 stopped by a signal
      after a checkpoint was written.
      """,
    version: Version.text,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, ClassifyCommand.self, GenerateCommand.self, BenchCommand.self,
      DoctorCommand.self, DataCommand.self,
    ])

  /// Like ArgumentParser's own, but wrong use ends with 2, as the exit codes promise, and of the ranks of a launcher
  /// the first alone says what is found before MPI has started.
  static func main() {
    let rank = MPILauncher(environment: ProcessInfo.processInfo.environment)?.rank ?? 0
    do {
      var command = try parseAsRoot()
      if rank > 0 && command is any FirstRankCommand { Foundation.exit(0) }
      try command.run()
    } catch let code as ExitCode {
      Foundation.exit(code.rawValue)
    } catch {
      let isHelp = exitCode(for: error) == .success
      guard rank == 0 else { endSilently(isHelp ? 0 : 2) }
      let text = fullMessage(for: error)
      if !text.isEmpty { isHelp ? Terminal.standard.print(text) : Terminal.standard.printError(text) }
      Foundation.exit(isHelp ? 0 : 2)
    }
  }

  /// Leaves the word to rank 0. A launcher ends the job as soon as one rank fails: rank 0's message must be out by then.
  private static func endSilently(_ code: Int32) -> Never {
    if code != 0 { Thread.sleep(forTimeInterval: 2) }
    Foundation.exit(code)
  }
}

/// A command without a part for every rank: under a launcher rank 0 alone runs it, the others end at once.
protocol FirstRankCommand: ParsableCommand {}
