import ArgumentParser
import Foundation
import MPICollectives
import Training

@main
struct LockstepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lockstep",
    abstract:
      "Trains deep networks on CPUs, data-parallel, with identical weights on any number of threads, processes or machines.",
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

      Exit codes: 0 done; 1 the run failed; 2 wrong use or wrong configuration; 129, 130 or 143 stopped by \
        SIGHUP, by SIGINT, or by SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU or a time limit, \
      after a checkpoint if anything was trained.
      """,
    version: Version.text,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, ClassifyCommand.self, GenerateCommand.self, BenchCommand.self,
      DoctorCommand.self, DataCommand.self,
    ])

  /// Like ArgumentParser's own, but wrong use ends with 2, as the exit codes promise, and of the ranks of a launcher
  /// the first alone says what is found before MPI has started.
  static func main() {
    let launcher = MPILauncher(environment: ProcessInfo.processInfo.environment)
    let rank = launcher?.rank ?? 0
    ProcessSignals.start()
    do {
      var command = try parseAsRoot()
      if rank > 0 && command is any FirstRankCommand { Foundation.exit(0) }
      try command.run()
      Terminal.standard.flush()
    } catch let code as ExitCode {
      Terminal.standard.flush()
      // At the end of a process OpenBLAS waits for its threads, one of which may be asking for memory for ever.
      fflush(nil)
      _exit(code.rawValue)
    } catch let error where exitCode(for: error) == .failure {
      // No fault of the arguments: ArgumentParser knows those, help and versions by other codes.
      let code = CommandRunner.report(error, prefix: rank > 0 ? "rank \(rank): " : "")
      fflush(nil)
      _exit(code)
    } catch {
      let text = withHint(fullMessage(for: error))
      if exitCode(for: error) == .success {
        if rank == 0 && !text.isEmpty { Terminal.standard.print(text) }
        Foundation.exit(0)
      }
      if rank > 0 { leaveTheWordToFirstRank() }
      // srun lets the others go on when one has ended: all would say the same.
      if rank == 0 || launcher?.name == "mpirun" {
        Terminal.standard.printError((rank > 0 ? "rank \(rank): " : "") + text)
      }
      Foundation.exit(2)
    }
  }

  /// ArgumentParser's message with a hint for an option that another trainer has.
  static func withHint(_ text: String) -> String {
    guard let option = text.firstMatch(of: /Unknown option '--?([^'=]+)/)?.1,
      let hint = ForeignOptions.hint(for: String(option))
    else { return text }
    var lines = text.components(separatedBy: "\n")
    // The nearest option by spelling is not what was meant: `--lr` is not `--set`.
    lines[0] = lines[0].components(separatedBy: ". Did you mean '")[0]
    lines.insert("hint: \(hint)", at: 1)
    return lines.joined(separator: "\n")
  }

  /// A launcher ends the job as soon as one rank fails: if rank 0 finds the same, its message must be out by then. Whoever
  /// comes back from here was started with arguments that rank 0 takes no offence at.
  private static func leaveTheWordToFirstRank() { Thread.sleep(forTimeInterval: 4) }
}

/// A command without a part for every rank: under a launcher rank 0 alone runs it, the others end at once.
protocol FirstRankCommand: ParsableCommand {}
