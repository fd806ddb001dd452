import Foundation

/// The data that come with the program, in the resource folder that SwiftPM puts beside the executable.
///
/// `Bundle.module` would trap where the folder is missing; this says what is missing.
public enum BundledData {
  static let folderName = "Lockstep_DataPipeline.resources"

  /// 5 000 digits of MNIST as four gzipped IDX files.
  public static func mnist5k() throws(DataError) -> String { try locate("mnist-5k") }

  /// Jane Austen, Pride and Prejudice: UTF-8 text, gzipped.
  public static func novel() throws(DataError) -> String { try locate("novel/pride-and-prejudice.txt.gz") }

  private static func locate(_ name: String) throws(DataError) -> String {
    let candidates = folders()
    for folder in candidates {
      let path = folder.appendingPath("Resources").appendingPath(name)
      if PathKind(path) != .missing { return path }
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
