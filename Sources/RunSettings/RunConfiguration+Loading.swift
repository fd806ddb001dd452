import Configuration
import Glibc

extension RunConfiguration {
  /// Reads a configuration file.
  ///
  /// - Parameters:
  ///   - file: Path of a YAML file.
  ///   - overrides: `a.b=value`, applied in their order before anything is checked; the value is YAML, and an item of a
  ///     list is named by its number from 0.
  /// - Throws: All mistakes together, each with its location.
  public static func load(file: String, overrides: [String] = []) throws(ConfigurationError) -> RunConfiguration {
    try load(file: file, overrides: overrides, unnamedVersion: currentVersion)
  }

  /// - Parameter unnamedVersion: Version of a file that names none.
  static func load(
    file: String, overrides: [String] = [], unnamedVersion: Int
  ) throws(ConfigurationError) -> RunConfiguration {
    let location = ConfigurationLocation.wholeFile(file)
    let bytes: [UInt8]
    do throws(ReadFailure) {
      bytes = try read(file)
    } catch {
      let (message, hint) = error.words
      throw ConfigurationError([ConfigurationIssue(location: location, message: message, hint: hint)])
    }
    guard bytes.count <= YAMLReader.largestSize else {
      let message = "the file has more than \(YAMLReader.largestSize) bytes"
      throw ConfigurationError([
        ConfigurationIssue(location: location, message: message, hint: "is it a configuration?")
      ])
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let isUTF16 = [[0xFF, 0xFE], [0xFE, 0xFF]].contains(Array(bytes.prefix(2)))
      let issue = ConfigurationIssue(
        location: location, message: "the configuration is not UTF-8 text",
        hint: isUTF16 ? "it is UTF-16; save it as UTF-8" : nil)
      throw ConfigurationError([issue])
    }
    return try parse(text: text, fileName: file, overrides: overrides, unnamedVersion: unnamedVersion)
  }

  /// The bytes of a file, at most one more than the reader accepts: the file may be a device that never ends.
  private static func read(_ file: String) throws(ReadFailure) -> [UInt8] {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ReadFailure(code: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: YAMLReader.largestSize + 1)
    var count = 0
    while count < bytes.count {
      let piece = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
      }
      if piece == 0 { break }
      if piece > 0 { count += piece } else if errno != EINTR { throw ReadFailure(code: errno) }
    }
    return Array(bytes.prefix(count))
  }

  /// The system's reason why a file cannot be read.
  private struct ReadFailure: Error {
    let code: Int32

    var words: (message: String, hint: String?) {
      switch code {
      case ENOENT, ENOTDIR: ("no such configuration file", "check the path; recipes are under configs/")
      case EACCES, EPERM:
        ("the configuration may not be read", "check the permissions of the file and of the folders above it")
      default:
        (
          "the configuration cannot be read: \(String(cString: strerror(code)))",
          code == EISDIR ? "name a file in that folder" : nil
        )
      }
    }
  }

  /// Reads a configuration from YAML text; messages name it `fileName`.
  public static func parse(
    text: String, fileName: String = "configuration", overrides: [String] = []
  ) throws(ConfigurationError) -> RunConfiguration {
    try parse(text: text, fileName: fileName, overrides: overrides, unnamedVersion: currentVersion)
  }

  /// - Parameter unnamedVersion: Version of a text that names none.
  package static func parse(
    text: String, fileName: String, overrides: [String] = [], unnamedVersion: Int
  ) throws(ConfigurationError) -> RunConfiguration {
    var reader = YAMLReader(fileName: fileName)
    let document = reader.read(text)
    var issues = reader.issues
    if document == nil && issues.isEmpty {
      let location = ConfigurationLocation.wholeFile(fileName)
      issues = [
        ConfigurationIssue(location: location, message: "the configuration is empty", hint: "see docs/configuration.md")
      ]
    }
    guard var root = document else { throw ConfigurationError(issues) }
    for override in overrides.compactMap({ ConfigurationOverride($0, issues: &issues) }) {
      override.apply(to: &root, replacing: rivals, issues: &issues)
    }

    var context = DecodingContext(issues: issues, knownPaths: knownPaths, names: .common)
    context.remember("", at: root.location)
    var configuration = record.codec.decode(root, "", &context)
    configuration?.fillDependentDefaults(context)
    configuration?.fillVersionedDefaults(context, unnamed: unnamedVersion)
    configuration?.check(&context)
    guard let configuration, context.issues.isEmpty else { throw ConfigurationError(context.issues) }
    return configuration
  }

  /// Alternative keys, of which a configuration has one, by section.
  private static let rivals: [String: [[String]]] = [
    "training": [["steps", "epochs"]],
    "optimizer": [["clip_norm", "clip_value"]],
    "data": [["validation", "validation_file", "validation_lines"]],
    "model": [["layers", "architecture"]],
  ]

  /// Dotted paths of the keys that every configuration has.
  package static let knownPaths = record.template.settings().map(\.path)

  /// Defaults that depend on other settings.
  private mutating func fillDependentDefaults(_ context: DecodingContext) {
    if context.isGiven("evaluation.every_steps") && !context.isGiven("evaluation.every_epochs") {
      evaluation.everyEpochs = nil
    }
  }
}
