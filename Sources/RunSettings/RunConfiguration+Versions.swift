import Checkpoints
import Configuration

/// Versions of a configuration's defaults: the values of keys that are not written.
///
/// | version | default that a later version changed |
/// |---|---|
/// | 1 | `optimizer.regularize: weights_and_positions` |
/// | 2 | `data.fit: stretch` |
///
/// In version 1, `data.augment` had flips and shifts, and flips were applied first regardless of their order.
extension RunConfiguration {
  /// The newest version, for configurations that name none.
  public static let currentVersion = 3
  /// Version of configurations in run folders and checkpoints that name none.
  package static let unnamedVersion = 1

  /// Defaults that were different up to a version.
  private static let olderDefaults: [(version: Int, path: String, apply: @Sendable (inout RunConfiguration) -> Void)] =
    [
      (1, "optimizer.regularize", { $0.optimizer.regularize = .weightsAndPositions }),
      (2, "data.fit", { $0.data.stretchImages() }),
    ]

  /// Keys that were not written, and whose defaults depend on the version.
  package struct Unwritten: Sendable, Equatable {
    var paths: [String] = []
    /// Whether the version was not written either, so that another may be used.
    var version = false

    /// A configuration has the same meaning whether a value is written or is the default.
    package static func == (a: Unwritten, b: Unwritten) -> Bool { true }
  }

  /// Sets keys that were not written to the defaults of the configuration's version, and records them.
  mutating func fillVersionedDefaults(_ context: DecodingContext, unnamed: Int) {
    unwritten.version = !context.isGiven("version")
    unwritten.paths = Self.olderDefaults.map(\.path).filter { !context.isGiven($0) }
    if unwritten.version { version = unnamed }
    applyOlderDefaults()
  }

  /// The same configuration with the defaults of another version, if it names none itself.
  package func withDefaults(ofVersion version: Int) -> RunConfiguration {
    guard unwritten.version, version < self.version else { return self }
    var copy = self
    copy.version = version
    copy.applyOlderDefaults()
    return copy
  }

  private mutating func applyOlderDefaults() {
    // Oldest last: it overwrites the values of later versions.
    for older in Self.olderDefaults where version <= older.version && unwritten.paths.contains(older.path) {
      older.apply(&self)
    }
    if version <= 1 { data.moveFlipsToFront() }
  }

  /// The configuration that a run wrote into its folder.
  package static func record(inRunFolder file: String) throws(ConfigurationError) -> RunConfiguration {
    try load(file: file, unnamedVersion: unnamedVersion)
  }

  /// The configuration that a checkpoint was written with.
  package static func of(_ checkpoint: Checkpoint) throws(ConfigurationError) -> RunConfiguration {
    try parse(text: checkpoint.metadata.configuration, fileName: checkpoint.path, unnamedVersion: unnamedVersion)
  }
}

extension Codec where Value == Int {
  /// The version of a configuration.
  static var configurationVersion: Codec {
    let newest = RunConfiguration.currentVersion
    return Codec(
      type: "integer from 1 to \(newest)",
      parse: { text, quoted in quoted ? nil : Int(text).flatMap { (1...newest).contains($0) ? $0 : nil } },
      format: { YAMLNode(plain: "\($0)") },
      hint: { text, quoted, _ in
        if quoted { return NumberText.hint(text, quoted) }
        return Int(text).flatMap { $0 > newest ? "a newer version of Lockstep wrote it" : nil }
      })
  }
}
