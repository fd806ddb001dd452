import Files
import Foundation

/// The data that come with the program, in the resource folder that SwiftPM puts beside the executable.
///
/// `Bundle.module` would trap where the folder is missing; this says what is missing.
public enum BundledData {
  /// A file below the resource folder.
  public struct File: Sendable, Equatable {
    public let name: String
    public let sha256: String
  }

  static let mnist5kFiles = [
    File(
      name: "mnist-5k/train-images-idx3-ubyte.gz",
      sha256: "57bda97743f41db461b2b008975cb44b184e2f726289bcd133d8a7f51077258b"),
    File(
      name: "mnist-5k/train-labels-idx1-ubyte.gz",
      sha256: "b199f9f363a904ca8647c31691af44c0e2059e38b1948ca2614feb14ecacd3ac"),
    File(
      name: "mnist-5k/t10k-images-idx3-ubyte.gz",
      sha256: "37fa477ee458d8ba40e00d0004adebd31c891e65616b233c855f91fe2bc453d3"),
    File(
      name: "mnist-5k/t10k-labels-idx1-ubyte.gz",
      sha256: "898f0715474528214ed77907035dea176afe86a3a65beed1054e3ff61b35f5d3"),
  ]
  static let novelFiles = [
    File(
      name: "novel/pride-and-prejudice.txt.gz",
      sha256: "4bf10d85ed60fa55a0be368cd4634dbc5e6b18c2d5a5a0e1758a59d31907c086")
  ]

  static let folderName = "Lockstep_DataPipeline.resources"

  /// 5 000 digits of MNIST as four gzipped IDX files.
  public static func mnist5k() throws(DataError) -> String { try locate("mnist-5k") }

  /// Jane Austen, Pride and Prejudice: UTF-8 text, gzipped.
  public static func novel() throws(DataError) -> String { try locate("novel/pride-and-prejudice.txt.gz") }

  static func locate(_ name: String) throws(DataError) -> String {
    let candidates = folders()
    for folder in candidates {
      let path = folder.appendingPath("Resources").appendingPath(name)
      if !Paths.isMissing(path) { return path }
    }
    throw DataError(
      "bundled data \(name)", "not found; looked in \(candidates.joined(separator: ", "))",
      advice: "keep \(folderName) beside the executable, or run the one in .build")
  }

  /// Beside the executable, and where an installed program keeps its data.
  private static func folders() -> [String] {
    // The link in /proc leads to the file itself, whatever the program was called by.
    let link = "/proc/self/exe"
    let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? CommandLine.arguments[0]
    let folder = executable.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return [folder.appendingPath(folderName), folder.appendingPath("../share/lockstep/\(folderName)")]
  }
}
