import Glibc

/// A fault of a file or folder, in words; each module makes its own error of it.
package struct FileProblem: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: Sendable {
    /// There is no such file or folder.
    case missing
    /// The system refused to open or read it.
    case unreadable
    /// The system refused to create or write it: permissions, a full disk.
    case unwritable
    /// It has fewer bytes than it should have.
    case damaged
  }

  package let kind: Kind
  package let path: String
  /// "cannot open the file: Permission denied", for example.
  package let text: String
  /// Number of the system's error; 0 if no system call failed.
  package let code: Int32

  package init(_ kind: Kind, path: String, _ text: String) {
    (self.kind, self.path, self.text, code) = (kind, path, text, 0)
  }

  /// A system call failed. `action` completes "cannot …".
  package init(_ kind: Kind, path: String, action: String, code: Int32 = errno) {
    (self.kind, self.path, self.code) = (kind, path, code)
    text = "cannot \(action): \(systemMessage(code))"
  }

  package var description: String { "\(path): \(text)" }
}

/// Error type of a module that reads or writes files.
package protocol FileFailure: Error {
  init(_ problem: FileProblem)
}

extension FileProblem: FileFailure {
  package init(_ problem: FileProblem) { self = problem }
}

/// The operating system's words for an error number.
package func systemMessage(_ code: Int32) -> String {
  // strerror_r, since strerror may be overwritten by another thread.
  var text = [CChar](repeating: 0, count: 256)
  guard strerror_r(code, &text, text.count - 1) == 0 else { return "error \(code)" }
  return text.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { String(cString: $0) } ?? "error \(code)" }
}
