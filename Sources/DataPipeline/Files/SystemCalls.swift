import Foundation

/// The operating system's words for an error number.
func systemMessage(_ code: Int32) -> String {
  // strerror_r, since strerror may be overwritten by another thread.
  var text = [CChar](repeating: 0, count: 256)
  guard strerror_r(code, &text, text.count - 1) == 0 else { return "error \(code)" }
  return text.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { String(cString: $0) } ?? "error \(code)" }
}

/// The kind of file at a path.
enum PathKind: Equatable {
  case missing, folder
  case file(size: Int)

  /// - Throws: where the system cannot say what is there, if anything: without the right to look, or on a disk that fails.
  init(_ path: String) throws(DataError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let code = errno
      guard code == ENOENT || code == ENOTDIR else { throw .system(path, "cannot be examined", code: code) }
      self = .missing
      return
    }
    self = status.st_mode & S_IFMT == S_IFDIR ? .folder : .file(size: Int(status.st_size))
  }

  /// Where looking fails there may be something: to open it says why.
  static func isMissing(_ path: String) -> Bool { (try? PathKind(path)) == .missing }
}

extension String {
  /// This folder's entry `name`.
  func appendingPath(_ name: String) -> String {
    if isEmpty || name.hasPrefix("/") { return name }
    return hasSuffix("/") ? self + name : self + "/" + name
  }

  var lastPathComponent: String { split(separator: "/").last.map(String.init) ?? self }
}
