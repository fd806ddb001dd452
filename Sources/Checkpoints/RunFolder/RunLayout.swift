import Files
import PlainText

/// Names of the files in a run folder.
public enum RunLayout {
  public static func configuration(in folder: String) -> String { folder.appendingPath("config.yaml") }
  public static func metrics(in folder: String) -> String { folder.appendingPath("metrics.jsonl") }
  public static func samples(in folder: String) -> String { folder.appendingPath("samples.jsonl") }
  public static func summary(in folder: String) -> String { folder.appendingPath("summary.json") }
  public static func end(in folder: String) -> String { folder.appendingPath("end.json") }
  public static func curves(in folder: String) -> String { folder.appendingPath("curves.svg") }
  public static func profile(in folder: String) -> String { folder.appendingPath("profile.json") }
  public static func timeline(in folder: String) -> String { folder.appendingPath("timeline.json") }
  public static func dataReport(in folder: String) -> String { folder.appendingPath("data-report.json") }
  public static func checkpointsFolder(in folder: String) -> String { folder.appendingPath("checkpoints") }

  /// The file that marks a folder as a run's; the first file that is written.
  static func mark(in folder: String) -> String { folder.appendingPath(markName) }
  static let markName = ".lockstep-run"

  /// Files that a run writes into its folder, besides the mark, the lock and the checkpoints.
  static let fileNames = [
    configuration, metrics, samples, summary, end, curves, profile, timeline, dataReport,
  ].map {
    $0("").lastPathComponent
  }

  /// The first line of `config.yaml`.
  static let configurationMark = "# The effective configuration of this run, written by Lockstep."

  /// `checkpoints/step-00001000.safetensors`, with more digits for larger steps.
  public static func checkpoint(step: Int, in folder: String) -> String {
    precondition(step >= 0, "a checkpoint of step \(step)")
    return checkpointsFolder(in: folder).appendingPath("step-\(String(step).leftPadded(to: 8, with: "0")).safetensors")
  }

  /// The step in a checkpoint's file name; nil for other files.
  static func step(ofCheckpointNamed name: String) -> Int? {
    let (prefix, suffix) = ("step-", ".safetensors")
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
    guard digits.count >= 8, digits.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
    return Int(digits)
  }
}
