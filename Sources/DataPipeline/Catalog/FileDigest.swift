import Hashing
import PlainText

/// SHA-256 of files.
enum FileDigest {
  static func sha256(_ path: String) throws(DataError) -> String {
    try FileContents.map(path).withBytes { SHA256.hexadecimal(of: $0) }
  }

  /// The problem with the file's checksum; nil if there is none.
  static func mismatch(_ path: String, sha256 expected: String) throws(DataError) -> String? {
    let found = try sha256(path)
    return found == expected ? nil : "its SHA-256 is \(found), expected \(expected)"
  }
}
