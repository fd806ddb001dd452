/// An error known to every worker, so that all end together and one of them reports it.
public struct AgreedFailure: ExitCodeProviding, CustomStringConvertible {
  /// The message of the lowest worker with an error.
  public let description: String
  /// Exit code of the process: 2 for wrong use and wrong configuration, 1 for the rest.
  public let exitCode: Int32

  public init(description: String, exitCode: Int32) {
    (self.description, self.exitCode) = (description, exitCode)
  }
}

extension Communicator {
  /// Runs `work` on every worker; if it fails on any, all throw the same `AgreedFailure` instead of
  /// waiting for each other. Collective.
  ///
  /// - Parameters:
  ///   - only: The only worker with work to do, whose errors therefore need no name.
  ///   - work: Called once on each worker. It must not call collective operations.
  public func agree<Result>(on only: Int? = nil, _ work: () throws -> Result) throws -> Result {
    var result: Result?
    var report: [UInt8] = []
    do {
      result = try work()
    } catch {
      let code = (error as? any ExitCodeProviding)?.exitCode ?? 1
      let isPassedOn = (error as? any ExitCodeProviding)?.isPassedOn ?? false
      report = [UInt8(clamping: code), isPassedOn ? 1 : 0] + Array("\(error)".utf8)
    }
    let reports = try allGather(report)
    let failed = reports.indices.filter { !reports[$0].isEmpty }
    guard let lowest = failed.first else {
      guard let result else { preconditionFailure("work neither failed nor gave a result") }
      return result
    }
    // Workers that learned of a stop from others know neither its reason nor its exit code.
    let areStops = failed.allSatisfy { reports[$0][0] > 128 }
    let first = areStops ? failed.first { reports[$0][1] == 0 } ?? lowest : lowest
    let text = String(decoding: reports[first].dropFirst(2), as: UTF8.self)
    // If all fail alike, the error is not one rank's.
    let prefix = failed.count == size || first == only ? "" : "worker \(first): "
    throw AgreedFailure(description: prefix + text, exitCode: Int32(reports[first][0]))
  }

  /// Broadcasts bytes of worker `root`; the others need not know how many. Collective.
  public func broadcast(bytes: [UInt8], from root: Int) throws -> [UInt8] {
    try allGather(worker == root ? bytes : [])[root]
  }
}
