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
      bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      let exists = FileManager.default.fileExists(atPath: file)
      let message = exists ? "the configuration cannot be read" : "no such configuration file"
      let hint = exists ? "it must be a file that you may read" : "check the path; recipes are under configs/"
      throw ConfigurationError([ConfigurationIssue(place: place, message: message, hint: hint)])
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let issue = ConfigurationIssue(place: place, message: "the configuration is not UTF-8 text", hint: nil)
      throw ConfigurationError([issue])
    }
    return try parse(text: text, fileName: file, overrides: overrides)
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

    var context = DecodingContext(issues: issues, knownPaths: template.settings().map(\.path))
    context.remember("", at: root.place)
    var configuration = record.codec.decode(root, "", &context)
    configuration?.fillDependentDefaults(context)
    configuration?.check(&context)
    guard let configuration, context.issues.isEmpty else { throw ConfigurationError(context.issues) }
    return configuration
  }

  private static var template: RunConfiguration { record.template }

  /// Defaults that depend on what else was given.
  private mutating func fillDependentDefaults(_ context: DecodingContext) {
    if context.isGiven("evaluation.every_steps") && !context.isGiven("evaluation.every_epochs") {
      evaluation.everyEpochs = nil
    }
  }
}
