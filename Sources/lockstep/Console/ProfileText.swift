import Collectives
import PlainText
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
      let cells = [forward, backward].map { Format.decimal($0, 3).leftPadded(to: 12) }.joined()
      return name + cells + Format.decimal(100 * (forward + backward) / sum, 0).leftPadded(to: 6) + " %"
    }
    var names = shown.map { $0.path.isEmpty ? $0.kind : "\($0.path) (\($0.kind))" }
    if !rest.isEmpty { names.append(rest.count.counted("other layer")) }
    let width = names.reduce(Self.nameWidth) { max($0, $1.count) }
    var lines = zip(names, shown).map { line($0.padded(to: width), $1.milliseconds.forward, $1.milliseconds.backward) }
    if let last = names.last, !rest.isEmpty {
      lines.append(
        line(
          last.padded(to: width), rest.reduce(0) { $0 + $1.milliseconds.forward },
          rest.reduce(0) { $0 + $1.milliseconds.backward }))
    }
    let title = "layers, ms a step".padded(to: width) + "forward".leftPadded(to: 12) + "backward".leftPadded(to: 12)
    return ["", title] + lines
  }

  private var verdict: [String] { ProfileVerdict(profile).sentences.map { "→ " + $0 } }

  private var isSummed: Bool { profile.workers.count > Self.widest }

  private var titles: String {
    let names = isSummed ? ["least", "median", "largest"] : profile.workers.indices.map { profile.name($0) }
    return "".padded(to: Self.nameWidth) + names.map { $0.leftPadded(to: 17) }.joined()
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
      Format.decimal(cell.milliseconds, 3).leftPadded(to: 10) + Format.decimal(cell.share * 100, 0).leftPadded(to: 5)
        + " %"
    }
    return name.padded(to: Self.nameWidth) + line.joined()
  }
}
