/// Where something stands that was read.
enum SourcePlace: Sendable, Hashable, CustomStringConvertible {
  case file(String, line: Int, column: Int)
  case wholeFile(String)
  /// An override as it was given, `a.b=value`.
  case override(String)
  /// Made by the program.
  case none

  var description: String {
    switch self {
    case .file(let name, let line, let column): "\(name):\(line):\(column)"
    case .wholeFile(let name): name
    case .override(let text): "--set \(text)"
    case .none: "configuration"
    }
  }

  /// Order in which issues are listed: the file from top to bottom, then overrides.
  var position: (line: Int, column: Int) {
    switch self {
    case .file(_, let line, let column): (line, column)
    case .wholeFile: (0, 0)
    case .override, .none: (.max, 0)
    }
  }
}

/// One mistake in a configuration: what is wrong, where, and what to do about it.
public struct ConfigurationIssue: Sendable, Equatable, CustomStringConvertible {
  let place: SourcePlace
  public let message: String
  public let hint: String?

  /// `FILE:LINE:COLUMN: what is wrong; what to do`.
  public var description: String {
    let what = hint.map { "\(message); \($0)" } ?? message
    return "\(place): \(what)"
  }
}

/// All mistakes of a configuration together.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  public let issues: [ConfigurationIssue]

  init(_ issues: [ConfigurationIssue]) {
    // The offset makes the sort stable: issues of one place, and those of overrides, stay as they were found.
    let ordered = issues.enumerated().sorted {
      ($0.element.place.position.line, $0.element.place.position.column, $0.offset)
        < ($1.element.place.position.line, $1.element.place.position.column, $1.offset)
    }
    self.issues = ordered.map(\.element)
  }

  /// One line an issue.
  public var description: String { issues.map(\.description).joined(separator: "\n") }
}
