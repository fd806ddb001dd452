import ArgumentParser
import Foundation

@main
struct LockstepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockstep",
    abstract: "Trains deep networks on CPUs, data-parallel, with the same bits on every spread.",
    discussion: """
      Examples:
        lockstep train configs/quickstart.yaml --workers 2     two replicas as threads of one process
        mpirun -np 4 lockstep train configs/quickstart.yaml    four replicas as MPI ranks
        lockstep evaluate runs/quickstart                      loss, accuracy, confusion matrix
        lockstep data list                                     data sets, where from, whether they are here

      Exit codes: 0 done; 1 the run failed; 2 wrong use or wrong configuration; 130 or 143 stopped by a signal
      after a checkpoint was written.
      """,
    version: Version.text,
    subcommands: [TrainCommand.self, EvaluateCommand.self, BenchCommand.self, DataCommand.self])

  /// Like ArgumentParser's own, but wrong use ends with 2, as the exit codes promise.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let code as ExitCode {
      Foundation.exit(code.rawValue)
    } catch {
      let isHelp = exitCode(for: error) == .success
      let text = fullMessage(for: error)
      if !text.isEmpty { isHelp ? Terminal.standard.print(text) : Terminal.standard.printError(text) }
      Foundation.exit(isHelp ? 0 : 2)
    }
  }
}
