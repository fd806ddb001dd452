import Foundation

/// Hosts made out of this machine by `Tests/fake-cluster`, removed with their owner.
final class FakeCluster {
  private static let script = Build.packageRoot.appendingPathComponent("Tests/fake-cluster").path

  /// Why there can be none here; nil if there can.
  static let problem: String? = {
    do {
      let result = try ChildProcess(script, ["check"]).wait(limit: 20)
      return result.exitCode == 0 ? nil : result.errors.trimmingCharacters(in: .whitespacesAndNewlines)
    } catch {
      return "\(error)"
    }
  }()

  /// Words for `ssh`.
  static let remoteShell = "\(script) ssh"

  let hosts: [String]
  private let name = "ls" + String(UInt32.random(in: .min ... .max), radix: 36).prefix(6)

  init(hosts count: Int) throws {
    hosts = (1...count).map { [name] in "\(name)-\($0)" }
    try Self.call("up", name, "\(count)")
  }

  deinit { _ = try? Self.call("down", name) }

  func cut(_ host: Int) throws { try Self.call("cut", hosts[host]) }

  /// Processes on any of the hosts.
  func processes() throws -> [Substring] { try Self.call("pids", name).split(separator: "\n") }

  /// A command on the first host.
  func start(_ command: [String], environment: [String: String] = [:]) throws -> ChildProcess {
    try ChildProcess(
      Self.script, ["exec", hosts[0]] + command,
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"].merging(environment) { $1 })
  }

  /// A program as ranks, `slots[i]` of them on host i.
  func startRanks(_ slots: [Int], _ command: [String]) throws -> ChildProcess {
    let hostList = zip(hosts, slots).map { "\($0):\($1)" }.joined(separator: ",")
    return try start(
      [
        "mpirun", "--oversubscribe", "--mca", "plm_rsh_agent", Self.remoteShell, "--mca", "btl_tcp_if_include", "eth0",
        "--mca", "oob_tcp_if_include", "eth0", "-host", hostList, "-np", "\(slots.reduce(0, +))",
      ] + command)
  }

  @discardableResult
  private static func call(_ arguments: String...) throws -> String {
    let result = try ChildProcess(script, arguments).wait(limit: 30)
    guard result.exitCode == 0 else { throw Failure(description: "fake-cluster \(arguments): \(result.errors)") }
    return result.output
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}
