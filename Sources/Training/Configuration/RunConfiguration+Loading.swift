import Foundation

extension RunConfiguration {
  /// Reads a configuration file.
  ///
  /// - Parameters:
  ///   - file: Path of a YAML file.
  ///   - overrides: `a.b=value`, applied in their order before anything is checked; the value is YAML, and an item of a
  ///     list is named by its number from 0.
  /// - Throws: All mistakes together, each with its place.
  public static func load(file: String, overrides: [String] = []) throws(ConfigurationError) -> RunConfiguration {
    let place = SourcePlace.wholeFile(file)
    let bytes: Data
    do {
      bytes = try read(file)
    } catch {
      let exists = FileManager.default.fileExists(atPath: file)
      let message = exists ? "the configuration cannot be read" : "no such configuration file"
      let hint = exists ? "it must be a file that you may read" : "check the path; recipes are under configs/"
      throw ConfigurationError([ConfigurationIssue(place: place, message: message, hint: hint)])
    }
    guard bytes.count <= YAMLReader.largestSize else {
      let message = "the file has more than \(YAMLReader.largestSize) bytes"
      throw ConfigurationError([ConfigurationIssue(place: place, message: message, hint: "is it a configuration?")])
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let isUTF16 = [[0xFF, 0xFE], [0xFE, 0xFF]].contains(Array(bytes.prefix(2)))
      let issue = ConfigurationIssue(
        place: place, message: "the configuration is not UTF-8 text",
        hint: isUTF16 ? "it is UTF-16; save it as UTF-8" : nil)
      throw ConfigurationError([issue])
    }
    return try parse(text: text, fileName: file, overrides: overrides)
  }

  /// The bytes of a file, one more than the reader takes at most: it may be a device that never ends.
  private static func read(_ file: String) throws -> Data {
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
    defer { try? handle.close() }
    var bytes = Data()
    while bytes.count <= YAMLReader.largestSize,
      let piece = try handle.read(upToCount: YAMLReader.largestSize + 1 - bytes.count), !piece.isEmpty
    {
      bytes += piece
    }
    return bytes
  }

  /// Reads a configuration from YAML text; `fileName` is what messages call it.
  public static func parse(
    text: String, fileName: String = "configuration", overrides: [String] = []
  ) throws(ConfigurationError) -> RunConfiguration {
    var reader = YAMLReader(fileName: fileName)
    let document = reader.read(text)
    var issues = reader.issues
    if document == nil && issues.isEmpty {
      let place = SourcePlace.wholeFile(fileName)
      issues = [
        ConfigurationIssue(place: place, message: "the configuration is empty", hint: "see docs/configuration.md")
      ]
    }
    guard var root = document else { throw ConfigurationError(issues) }
    for override in overrides.compactMap({ ConfigurationOverride($0, issues: &issues) }) {
      override.apply(to: &root, issues: &issues)
    }

    var context = DecodingContext(issues: issues, knownPaths: knownPaths)
    context.remember("", at: root.place)
    var configuration = record.codec.decode(root, "", &context)
    configuration?.fillDependentDefaults(context)
    configuration?.check(&context)
    guard let configuration, context.issues.isEmpty else { throw ConfigurationError(context.issues) }
    return configuration
  }

  /// Dotted paths of the keys that every configuration has.
  static var knownPaths: [String] { record.template.settings().map(\.path) }

  /// Defaults that depend on what else was given.
  private mutating func fillDependentDefaults(_ context: DecodingContext) {
    if context.isGiven("evaluation.every_steps") && !context.isGiven("evaluation.every_epochs") {
      evaluation.everyEpochs = nil
    }
  }
}
