import ArgumentParser
import DataPipeline

/// The option of commands that read images again and again.
struct CacheOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder for decoded images (default: $XDG_CACHE_HOME/lockstep, or ~/.cache/lockstep).", valueName: "dir"),
    completion: .directory)
  var cache: String?

  func validate() throws {
    if cache == "" {
      throw ValidationError("--cache: the folder's name is empty; leave the option out for the default folder")
    }
  }

  var settings: ImageCacheSettings { cache.map { ImageCacheSettings(folder: $0) } ?? .ofUser() }
}
