import Glibc

/// The system calls by which files come to the disk; tests put failing ones in their place.
struct SystemCalls {
  /// `write(2)`: bytes written, or -1 and `errno`.
  var write: (Int32, UnsafeRawPointer, Int) -> Int = { Glibc.write($0, $1, $2) }
  /// `fsync(2)`
  var sync: (Int32) -> Int32 = { Glibc.fsync($0) }
  /// `rename(2)`
  var rename: (String, String) -> Int32 = { Glibc.rename($0, $1) }
}
