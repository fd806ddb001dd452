/// Errors with their own exit code; all others end with 1.
public protocol ExitCodeProviding: Error {
  var exitCode: Int32 { get }
  /// Whether this worker only passes on what another one saw, so that it knows neither the reason nor the exit code.
  var isPassedOn: Bool { get }
}

extension ExitCodeProviding {
  public var isPassedOn: Bool { false }
}
