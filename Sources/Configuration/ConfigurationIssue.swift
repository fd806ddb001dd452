import PlainText

/// File, line and column of a value, or the override that gave it.
package enum ConfigurationLocation: Sendable, Hashable, CustomStringConvertible {
  case file(String, line: Int, column: Int)
  case wholeFile(String)
  /// An override as it was given, `a.b=value`.
  case override(String)
  /// Made by the program.
  case none

  package var description: String {
    switch self {
    case .file(let name, let line, let column): "\(name):\(line):\(column)"
    case .wholeFile(let name): name
    case .override(let text): "--set \(text.shortened)"
    case .none: "configuration"
    }
  }

  /// Order in which issues are listed: the file from top to bottom, then overrides.
  package var position: (line: Int, column: Int) {
    switch self {
    case .file(_, let line, let column): (line, column)
    case .wholeFile: (0, 0)
    case .override, .none: (.max, 0)
    }
  }
}

/// One mistake in a configuration: what is wrong, where, and what to do about it.
public struct ConfigurationIssue: Sendable, Equatable, CustomStringConvertible {
  package let location: ConfigurationLocation
  public let message: String
  public let hint: String?

  package init(location: ConfigurationLocation, message: String, hint: String?) {
    (self.location, self.message, self.hint) = (location, message, hint)
  }

  /// `FILE:LINE:COLUMN: what is wrong; what to do`.
  public var description: String {
    let what = hint.map { "\(message); \($0)" } ?? message
    return "\(location): \(what)".onOneLine
  }
}

/// All mistakes of a configuration together.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  public let issues: [ConfigurationIssue]

  package init(_ issues: [ConfigurationIssue]) {
    // The offset makes the sort stable: issues of one location, and those of overrides, stay as they were found.
    let ordered = issues.enumerated().sorted {
      ($0.element.location.position.line, $0.element.location.position.column, $0.offset)
        < ($1.element.location.position.line, $1.element.location.position.column, $1.offset)
    }
    self.issues = ordered.map(\.element)
  }

  /// Most issues that a message lists.
  private static let mostShown = 50

  /// One line for each issue, up to a limit, then the number of the others.
  public var description: String {
    // One more is shown rather than counted.
    let shown = issues.count > Self.mostShown + 1 ? issues.prefix(Self.mostShown) : issues[...]
    let rest = issues.count - shown.count
    return (shown.map(\.description) + (rest > 0 ? ["and \(rest) more mistakes"] : [])).joined(separator: "\n")
  }
}
