import Collectives
import Training

/// The profile of a run as a table with one column for each worker.
struct ProfileText {
  let profile: RunProfile

  /// For more workers than this, the table shows the least, median and largest time.
  private static let widest = 8
  private static let nameWidth = 24

  var text: String {
    let head = "profile of \(profile.steps.counted("step")) (the first is left out), ms a step and share of the time"
    guard profile.steps > 0 else { return (["profile"] + verdict).joined(separator: "\n") }
    let rows = Timeline.Phase.allCases.map { phase in
      row(phase.name, columns { profile.milliseconds(phase, of: $0) })
    }
    let total = row("total", columns { profile.milliseconds(Timeline.Phase.allCases, of: $0) })
    return ([head, titles] + rows + [total] + verdict + layerTable).joined(separator: "\n")
  }

  /// More layers than this are shown by those that take longest.
  private static let mostLayers = 24

  /// Layers in the model's order, those of no time left out.
  private var layerTable: [String] {
    let measured = profile.layers.filter { $0.milliseconds.total > 0 }
    guard !measured.isEmpty else { return [] }
    let least = measured.map(\.milliseconds.total).sorted(by: >).prefix(Self.mostLayers).last ?? 0
    let shown = measured.filter { $0.milliseconds.total >= least }
    let rest = measured.filter { $0.milliseconds.total < least }
    let sum = measured.reduce(0) { $0 + $1.milliseconds.total }
    func line(_ name: String, _ forward: Double, _ backward: Double) -> String {
      let cells = [forward, backward].map { padLeft(Format.decimal($0, 3), 12) }.joined()
      return name + cells + padLeft(Format.decimal(100 * (forward + backward) / sum, 0), 6) + " %"
    }
    var names = shown.map { $0.path.isEmpty ? $0.kind : "\($0.path) (\($0.kind))" }
    if !rest.isEmpty { names.append(rest.count.counted("other layer")) }
    let width = names.reduce(Self.nameWidth) { max($0, $1.count) }
    var lines = zip(names, shown).map { line(pad($0, width), $1.milliseconds.forward, $1.milliseconds.backward) }
    if let last = names.last, !rest.isEmpty {
      lines.append(
        line(
          pad(last, width), rest.reduce(0) { $0 + $1.milliseconds.forward },
          rest.reduce(0) { $0 + $1.milliseconds.backward }))
    }
    let title = pad("layers, ms a step", width) + padLeft("forward", 12) + padLeft("backward", 12)
    return ["", title] + lines
  }

  private var verdict: [String] { ProfileVerdict(profile).sentences.map { "→ " + $0 } }

  private var isSummed: Bool { profile.workers.count > Self.widest }

  private var titles: String {
    let names = isSummed ? ["least", "median", "largest"] : profile.workers.indices.map { profile.name($0) }
    return pad("", Self.nameWidth) + names.map { padLeft($0, 17) }.joined()
  }

  private typealias Cell = (milliseconds: Double, share: Double)

  private func columns(_ value: (Int) -> Double) -> [Cell] {
    let cells = profile.workers.indices.map { worker in
      (value(worker), value(worker) / max(profile.milliseconds(Timeline.Phase.allCases, of: worker), 1e-9))
    }
    guard isSummed else { return cells }
    let sorted = cells.sorted { $0.0 < $1.0 }
    return [sorted[0], sorted[sorted.count / 2], sorted[sorted.count - 1]]
  }

  private func row(_ name: String, _ cells: [Cell]) -> String {
    let line = cells.map { cell in
      padLeft(Format.decimal(cell.milliseconds, 3), 10) + padLeft(Format.decimal(cell.share * 100, 0), 5) + " %"
    }
    return pad(name, Self.nameWidth) + line.joined()
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
  private func padLeft(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
