extension String {
  /// This folder's entry `name`.
  package func appendingPath(_ name: String) -> String {
    if isEmpty || name.hasPrefix("/") { return name }
    return hasSuffix("/") ? self + name : self + "/" + name
  }

  /// The last name of a path; a slash at its end does not count.
  package var lastPathComponent: String { split(separator: "/").last.map(String.init) ?? self }

  /// The folder that this path is in; "." if it is a name alone.
  package var parentFolder: String {
    guard let slash = lastIndex(of: "/") else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}
