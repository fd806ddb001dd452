import Glibc

/// System calls for writing files; tests replace them with failing ones.
package struct SystemCalls {
  /// `write(2)`: bytes written, or -1 and `errno`.
  package var write: (Int32, UnsafeRawPointer, Int) -> Int = { Glibc.write($0, $1, $2) }
  /// `fsync(2)`
  package var sync: (Int32) -> Int32 = { Glibc.fsync($0) }
  /// `rename(2)`
  package var rename: (String, String) -> Int32 = { Glibc.rename($0, $1) }
  /// `unlink(2)`
  package var remove: (String) -> Int32 = { Glibc.unlink($0) }
  /// `readdir(3)`: nil at the end of the folder and on failure, which `errno` distinguishes.
  package var nextEntry: (OpaquePointer) -> UnsafeMutablePointer<dirent>? = { Glibc.readdir($0) }

  package init() {}
}

extension SystemCalls {
  /// Writes all of `bytes`, in as many pieces as the system requires.
  ///
  /// - Returns: False if that failed; `errno` says why.
  package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    guard let start = bytes.baseAddress else { return true }
    var done = 0
    while done < bytes.count {
      let written = uninterrupted { write(descriptor, start + done, bytes.count - done) }
      guard written >= 0 else { return false }
      done += written
    }
    return true
  }
}

/// Repeats a system call while signals interrupt it.
package func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}
