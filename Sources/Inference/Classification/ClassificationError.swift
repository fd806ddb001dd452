import Collectives

public enum ClassificationError: ExitCodeProviding, Equatable, CustomStringConvertible {
  case predictsTokens(String)
  case olderCheckpoint(String)
  case takesNumbers(String, shape: [Int])
  case takesTexts(String)
  case takesNoArrays(String)

  public var exitCode: Int32 { 2 }

  public var description: String {
    switch self {
    case .predictsTokens(let path):
      "\(path) holds a model that predicts text and knows no classes; let it write: lockstep generate"
    case .olderCheckpoint(let path):
      "\(path) has no names of classes: an older Lockstep wrote it; a run that goes on from it writes them"
    case .takesTexts(let path):
      "\(path) holds a model of texts, and predict requires a model of images; for texts: lockstep classify"
    case .takesNoArrays(let path):
      "\(path) holds a model of images or of texts; give classify(_:) a file or a text"
    case .takesNumbers(let path, let shape):
      """
      \(path) holds a model of samples of \(shape.map { "\($0)" }.joined(separator: "×")) numbers; classify requires a model \
      of images or of texts
      """
    }
  }
}
