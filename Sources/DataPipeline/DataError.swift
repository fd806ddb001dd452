import Files
import PlainText

/// A fault of data on disk or in a download: where, what, and what to do about it.
public struct DataError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or folder, as exactly as it is known ("PATH, record 7, byte 21511").
  public var location: String
  public var problem: String
  /// Advice for a person; nil if there is none.
  public var advice: String?

  /// Whether the cause is a wrong name or path, not a failure.
  public var isWrongUse: Bool

  /// Whether the system refused memory: no fault of the data.
  public var isOutOfMemory = false

  public init(_ location: String, _ problem: String, advice: String? = nil, isWrongUse: Bool = false) {
    (self.location, self.problem, self.advice) = (location, problem, advice)
    self.isWrongUse = isWrongUse
  }

  /// One line.
  public var description: String {
    let statement = "\(location): \(problem)"
    return (advice.map { "\(statement); \($0)" } ?? statement).onOneLine
  }
}

extension DataError {
  /// The same error with the advice that the image can be left out.
  public var offeringToSkip: DataError {
    DataError(location, problem, advice: "\(advice ?? "repair or remove it"), or give --skip-bad-images")
  }

  /// The system refused memory for reading a file.
  static func outOfMemory(_ location: String, _ problem: String) -> DataError {
    let advice = "use fewer workers on this host, or smaller files"
    var error = DataError(location, "out of memory: \(problem)", advice: advice)
    error.isOutOfMemory = true
    return error
  }

  /// The reason of the last failed system call, in words.
  static func system(_ location: String, _ action: String, code: Int32, advice: String? = nil) -> DataError {
    DataError(location, "\(action): \(systemMessage(code))", advice: advice)
  }
}

extension DataError: FileFailure {
  package init(_ problem: FileProblem) { self.init(problem.path, problem.text) }
}

typealias Paths = FilePaths<DataError>
