import Collectives
import PlainText
import Training

/// Arguments that contradict each other or the launcher.
enum WrongUse: Error, ExitCodeProviding, CustomStringConvertible {
  case workersUnderLauncher(ranks: Int)
  case tooFewWorkers(Int)
  case pinUnderLauncher

  var exitCode: Int32 { 2 }

  var description: String {
    switch self {
    case .workersUnderLauncher(let ranks):
      """
      --workers was given, but a launcher started \(ranks.counted("rank"))
      hint: each rank is one worker; leave --workers out and choose their number with mpirun -np N
      """
    case .pinUnderLauncher:
      "--pin is for the threads of one process\nhint: the launcher binds ranks: mpirun --bind-to core"
    case .tooFewWorkers(let count): "--workers \(count): at least one worker is required"
    }
  }
}
