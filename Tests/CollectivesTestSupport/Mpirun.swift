import Foundation

/// Runs executables of this package under `mpirun`, from tests.
public enum Mpirun {
  /// `mpirun` on the search path, if it is installed.
  public static let executable: URL? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { URL(fileURLWithPath: "\($0)/mpirun") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }()

  /// An executable that was built with the tests, beside the test bundle.
  public static func sibling(_ name: String) throws -> URL {
    let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let file = folder.appendingPathComponent(name)
    guard FileManager.default.isExecutableFile(atPath: file.path) else {
      throw CheckFailure("\(file.path) is missing: build it with swift build --build-tests")
    }
    return file
  }

  /// Runs `ranks` processes of the executable `name`; more than there are cores is allowed.
  public static func run(
    ranks: Int, _ name: String, _ arguments: [String], options: [String] = [], seconds: Double = 300
  ) throws -> ChildProcess {
    guard let executable else { throw CheckFailure("mpirun is not installed") }
    return try ChildProcess.run(
      executable, ["-np", "\(ranks)", "--oversubscribe"] + options + [sibling(name).path] + arguments,
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"], seconds: seconds)
  }
}
