import Collectives
import PlainText

/// Why a model cannot be evaluated.
public enum EvaluationError: ExitCodeProviding, Equatable, CustomStringConvertible {
  case noSuchSplit(String, others: [String])
  case otherClasses(checkpoint: String)

  public var exitCode: Int32 { 2 }

  public var description: String {
    switch self {
    case .noSuchSplit(let name, let others):
      "the data of this run have no \(name.onOneLine) split; choose another: --split \(others.map(\.onOneLine).joined(separator: " or "))"
    case .otherClasses(let checkpoint):
      "the data have other classes than those that \(checkpoint.onOneLine) tells apart; check --data and data.path"
    }
  }
}
