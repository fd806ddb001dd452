import JSON
import PlainText
import RunSettings

/// Runs beside one another, for people and for programs.
struct RunComparison {
  let runs: [RecordedRun]

  /// Short names of the runs: those of their folders if all differ, else the paths as they were given.
  var names: [String] {
    let short = runs.map { $0.path.split(separator: "/").last.map(String.init) ?? $0.path }
    return (Set(short).count == runs.count ? short : runs.map(\.path)).map(\.onOneLine)
  }

  private var differences: [(path: String, values: [String?])] {
    RunConfiguration.differences(among: runs.map(\.configuration))
  }

  /// Tables of settings and results, with a column for each run. Of the settings of models with little in common, the first few.
  ///
  /// - Parameter width: Columns of the terminal, among which as many runs stand beside one another as fit; nil for all.
  func text(width: Int?) -> String {
    let differences = differences
    let ofModel = differences.filter { $0.path.hasPrefix("model.") }
    let most = [ConfigurationDifference].shownOfModel
    let hidden = ofModel.count > most + 1 ? Set(ofModel.dropFirst(most).map(\.path)) : []
    var settings = differences.filter { !hidden.contains($0.path) }.map { ($0.path, $0.values) }
    if !hidden.isEmpty { settings.append(("model: \(hidden.count) more settings", runs.map { _ in "…" })) }
    let results = RunFact.all.map { fact in (fact.label, runs.map { fact.text(of: $0) }) }
      .filter { row in row.1.contains { $0 != nil } }
    let isComparable = runs.filter { $0.configuration != nil }.count > 1
    let title = isComparable ? settings.isEmpty ? "no settings differ" : "settings that differ" : nil
    return ComparisonTable(
      names: names, sections: [(title, settings), ("results", results)].filter { $0.0 != nil }
    ).text(width: width)
  }

  /// One object on one line.
  ///
  /// - Parameter picture: File of the curves.
  func json(picture: String?) -> String {
    func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    let object: JSON = [
      "runs": .array(
        runs.map { run in
          .object([.init("run", .string(run.path))] + RunFact.all.map { .init($0.key, $0.value(of: run)) })
        }),
      "differences": .array(
        differences.map { ["setting": .string($0.path), "values": .array($0.values.map(optional))] }),
      "curves": optional(picture),
    ]
    return object.description
  }
}
