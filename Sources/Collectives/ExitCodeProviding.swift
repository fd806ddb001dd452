/// Errors that say which exit code they deserve; all others end with 1.
public protocol ExitCodeProviding: Error {
  var exitCode: Int32 { get }
  /// Whether this worker only passes on what another one saw, so that it knows neither the reason nor the exit code.
  var isPassedOn: Bool { get }
}

extension ExitCodeProviding {
  public var isPassedOn: Bool { false }
}
