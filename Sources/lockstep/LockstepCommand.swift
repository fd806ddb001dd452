import ArgumentParser
import Foundation
import MPICollectives
import RunSettings
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
        lockstep classify runs/quickstart digit.png            class of an image
        lockstep predict runs/photos new --csv new.csv         classes of many images
        lockstep generate runs/novel --prompt "It is"          text from a model
        lockstep compare runs/one runs/two                     runs side by side
        mpirun -np 4 lockstep doctor                           faults of this machine
        lockstep data list                                     known data sets
        lockstep summary configs/quickstart.yaml               layers, shapes, costs

      Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 129 stopped by SIGHUP; 130 by SIGINT; 143 by SIGTERM, \
      SIGUSR1, SIGUSR2, SIGXCPU or a time limit. A run that is stopped has written a checkpoint, if it had trained anything.
      """,
    version: Version.text,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, ClassifyCommand.self, PredictCommand.self, GenerateCommand.self,
      SummaryCommand.self, CompareCommand.self, BenchCommand.self, DoctorCommand.self, DataCommand.self,
    ])

  /// Like ArgumentParser's own, with two differences: wrong usage exits with 2, and under a launcher rank 0 alone reports
  /// errors that are found before MPI has started.
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
      // exit() would make OpenBLAS wait for its threads, one of which may be asking for memory for ever.
      fflush(nil)
      _exit(code.rawValue)
    } catch let error where exitCode(for: error) == .failure {
      // Not a wrong argument, a request for help or for the version: for these, ArgumentParser has other exit codes.
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
      // srun does not end the other ranks, so each of them would print the same message.
      if rank == 0 || launcher?.name == "mpirun" {
        Terminal.standard.printError((rank > 0 ? "rank \(rank): " : "") + text)
      }
      Foundation.exit(2)
    }
  }

  /// ArgumentParser's message, with a hint if the unknown option is one of another trainer.
  static func withHint(_ text: String) -> String {
    guard let option = text.firstMatch(of: /Unknown option '--?([^'=]+)/)?.1,
      let hint = ForeignOptions.hint(for: String(option))
    else { return text }
    var lines = text.components(separatedBy: "\n")
    // The nearest option by spelling would mislead: `--set` for `--lr`.
    lines[0] = lines[0].components(separatedBy: ". Did you mean '")[0]
    lines.insert("hint: \(hint)", at: 1)
    return lines.joined(separator: "\n")
  }

  /// Waits, because a launcher ends the job as soon as one rank fails: rank 0, if it finds the same error, must have printed
  /// its message by then. If this rank survives the wait, its arguments differ from rank 0's, and it prints the message itself.
  private static func leaveTheWordToFirstRank() { Thread.sleep(forTimeInterval: 4) }
}

/// A command that rank 0 alone runs under a launcher; the other ranks exit at once.
protocol FirstRankCommand: ParsableCommand {}
