import Files
import Glibc
import PlainText

/// A fault of a checkpoint, a tensor file or a run folder: the file, the problem, and advice.
public struct CheckpointError: Error, Equatable, CustomStringConvertible, Sendable {
  public enum Kind: Sendable {
    /// There is no such file or folder.
    case missing
    /// The system refused to open or read it.
    case unreadable
    /// The system refused to create or write it: permissions, a full disk.
    case unwritable
    /// The contents have changed since they were written, or are not of the format.
    case damaged
    /// Complete, but made for something else, such as another model.
    case incompatible
    /// Another run is writing to the folder.
    case locked
  }

  public let kind: Kind
  public let path: String
  /// The tensor that has the problem, if one has.
  public let tensor: String?
  public let problem: String
  public let hint: String?

  public init(_ kind: Kind, path: String, tensor: String? = nil, _ problem: String, hint: String? = nil) {
    (self.kind, self.path, self.tensor, self.problem, self.hint) = (kind, path, tensor, problem, hint)
  }

  /// One line.
  public var description: String {
    let subject = tensor.map { "\(path): tensor \($0)" } ?? path
    return ("\(subject): \(problem)" + (hint.map { "; \($0)" } ?? "")).onOneLine
  }
}

extension CheckpointError: FileFailure {
  package init(_ problem: FileProblem) {
    let kind: Kind =
      switch problem.kind {
      case .missing: .missing
      case .unreadable: .unreadable
      case .unwritable: .unwritable
      case .damaged: .damaged
      }
    let hint: String? =
      switch problem.code {
      case ENOSPC, EDQUOT, EFBIG: "free some space or choose another folder (--run-dir)"
      case EACCES, EPERM, EROFS: "check the permissions or choose another folder (--run-dir)"
      case EEXIST, ENOTDIR: "a file is in the way; choose another folder (--run-dir)"
      default: kind == .damaged ? Self.damageHint : nil
      }
    self.init(kind, path: problem.path, problem.text, hint: hint)
  }

  private static let damageHint = "use another checkpoint or get the file again"
}

extension CheckpointError {
  /// Error of a system call on `path`; `action` completes "cannot …".
  static func system(_ kind: FileProblem.Kind, path: String, action: String, code: Int32 = errno) -> CheckpointError {
    CheckpointError(FileProblem(kind, path: path, action: action, code: code))
  }

  /// Error about a link in place of a run's file.
  static func isLink(_ path: String) -> CheckpointError {
    CheckpointError(
      .incompatible, path: path,
      "a symbolic link, which may lead to anybody's file, is where a file of the run should be",
      hint: "remove it, or choose another folder (--run-dir)")
  }

  static func damaged(_ path: String, tensor: String? = nil, _ problem: String) -> CheckpointError {
    CheckpointError(.damaged, path: path, tensor: tensor, problem, hint: damageHint)
  }
}
