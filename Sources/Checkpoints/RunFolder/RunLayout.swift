/// Names of the files in a run folder.
public enum RunLayout {
  public static func configuration(in folder: String) -> String { Paths.join(folder, "config.yaml") }
  public static func metrics(in folder: String) -> String { Paths.join(folder, "metrics.jsonl") }
  public static func samples(in folder: String) -> String { Paths.join(folder, "samples.jsonl") }
  public static func summary(in folder: String) -> String { Paths.join(folder, "summary.json") }
  public static func end(in folder: String) -> String { Paths.join(folder, "end.json") }
  public static func profile(in folder: String) -> String { Paths.join(folder, "profile.json") }
  public static func timeline(in folder: String) -> String { Paths.join(folder, "timeline.json") }
  public static func dataReport(in folder: String) -> String { Paths.join(folder, "data-report.json") }
  public static func checkpointsFolder(in folder: String) -> String { Paths.join(folder, "checkpoints") }

  /// The file that marks a folder as a run's; the first file that is written.
  static func mark(in folder: String) -> String { Paths.join(folder, markName) }
  static let markName = ".lockstep-run"

  /// Files that a run writes into its folder, besides the mark, the lock and the checkpoints.
  static let fileNames = [configuration, metrics, samples, summary, end, profile, timeline, dataReport].map {
    Paths.name(of: $0(""))
  }

  /// The first line of `config.yaml`.
  static let configurationMark = "# The effective configuration of this run, written by Lockstep."

  /// `checkpoints/step-00001000.safetensors`, with more digits for larger steps.
  public static func checkpoint(step: Int, in folder: String) -> String {
    precondition(step >= 0, "a checkpoint of step \(step)")
    let digits = String(step)
    let zeros = String(repeating: "0", count: max(0, 8 - digits.count))
    return Paths.join(checkpointsFolder(in: folder), "step-\(zeros)\(digits).safetensors")
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
