import Configuration
import Testing

@testable import RunSettings

/// Which defaults a configuration has that names a version, or none.
@Suite struct ConfigurationVersionTests {
  private let base = "model: {architecture: mlp, hidden: [3]}\ntraining: {epochs: 1}\n"

  private func parsed(_ line: String, unnamed: Int = RunConfiguration.currentVersion) throws -> RunConfiguration {
    try .parse(text: base + line, fileName: "version.yaml", unnamedVersion: unnamed)
  }

  @Test func defaultsOfAVersion() throws {
    #expect(try parsed("").version == 3 && parsed("").optimizer.regularize == .weights)
    #expect(try parsed("version: 2", unnamed: 1).optimizer.regularize == .weights)
    for old in [try parsed("version: 1"), try parsed("", unnamed: 1), try parsed("optimizer: adamw", unnamed: 1)] {
      #expect(old.version == 1 && old.optimizer.regularize == .weightsAndPositions)
    }
    #expect(try parsed("version: 1\noptimizer: {regularize: all}").optimizer.regularize == .all)
  }

  @Test("a run takes the version of its checkpoint, but for what is written")
  func versionOfACheckpoint() throws {
    let taken = try parsed("").withDefaults(ofVersion: 1)
    #expect(taken.version == 1 && taken.optimizer.regularize == .weightsAndPositions)
    #expect(try RunConfiguration.parse(text: taken.effectiveYAML()) == taken)
    #expect(try parsed("optimizer: {regularize: all}").withDefaults(ofVersion: 1).optimizer.regularize == .all)
    #expect(try parsed("version: 3").withDefaults(ofVersion: 1) == parsed(""))
    #expect(try parsed("version: 1").withDefaults(ofVersion: 3) == parsed("version: 1"))
  }

  @Test(arguments: [
    ("version: 4", "a newer version of Lockstep wrote it"), ("version: 0", "integer from 1 to 3"),
    ("version: one", "integer from 1 to 3"), ("version: null", "integer from 1 to 3"),
  ])
  func noSuchVersion(line: String, message: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try parsed(line) }
    let text = "\(error.map { "\($0)" } ?? "")"
    #expect(text.hasPrefix("version.yaml:3:") && text.contains(message), "\(text)")
  }
}
