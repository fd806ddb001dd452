import Files
import Foundation

extension DatasetSpecification {
  /// The same data elsewhere: a directory from the command line comes before a path in the configuration.
  public func located(in dataDirectory: String?) -> DatasetSpecification {
    var copy = self
    if dataDirectory != nil { copy.path = nil }
    return copy
  }

  /// The same data with the location that they are read from, as an absolute path.
  public func settled(in dataDirectory: String?) -> DatasetSpecification {
    var copy = located(in: dataDirectory)
    switch type(of: settings).origin {
    case .bundled, .made, .program: break
    case .download: copy.path = copy.path ?? dataDirectory ?? DataCatalog.defaultDirectory
    case .user: copy.path = copy.path ?? dataDirectory
    }
    copy.path = copy.path.map(Self.absolute)
    return copy
  }

  /// Links and `..` stay as they are: only the system knows where they lead.
  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let working = getcwd(nil, 0) else { return path }
    defer { free(working) }
    var rest = path[...]
    while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
    let folder = String(cString: working)
    return rest.isEmpty || rest == "." ? folder : folder.appendingPath(String(rest))
  }
}
