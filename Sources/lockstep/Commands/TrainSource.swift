import DataPipeline
import Files
import RunSettings

private typealias Paths = FilePaths<DataError>

/// The argument of `lockstep train`: a configuration, a run folder, or a folder of images.
enum TrainSource {
  case configuration(file: String)
  case run(folder: String)
  case photos(folder: String)

  init(_ argument: String) throws {
    guard try Paths.kind(of: argument) == .folder else {
      self = .configuration(file: argument)
      return
    }
    self =
      Paths.isMissing(argument.appendingPath(Self.configurationName))
      ? .photos(folder: argument) : .run(folder: argument)
  }

  private static let configurationName = "config.yaml"

  /// The configuration file, which a run never overwrites; nil for a run folder's own.
  var configurationFile: String? {
    switch self {
    case .configuration(let file): file
    case .run, .photos: nil
    }
  }

  /// Folder in which the run continues; nil for a new one.
  var runFolder: String? {
    switch self {
    case .run(let folder): folder
    case .configuration, .photos: nil
    }
  }

  /// - Parameter say: Receives a line for each choice that the recipe for images makes.
  func configuration(overrides: [String], say: (String) -> Void) throws -> RunConfiguration {
    switch self {
    case .configuration(let file):
      return try RunConfiguration.load(file: file, overrides: overrides)
    case .run(let folder):
      return try RunConfiguration.load(
        file: folder.appendingPath(Self.configurationName), overrides: overrides)
    case .photos(let folder):
      let recipe = try PhotoRecipe(folder: folder, overrides: overrides)
      recipe.choices.forEach(say)
      if !overrides.isEmpty { say("--set replaces: \(overrides.joined(separator: ", "))") }
      return recipe.configuration
    }
  }
}
