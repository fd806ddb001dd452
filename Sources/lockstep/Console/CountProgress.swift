import Foundation
import PlainText

/// A progress line on standard error, if that is a terminal: how many of some things are done.
struct CountProgress {
  private let total: Int
  private let noun: String
  private let terminal: Terminal
  private let start = ProcessInfo.processInfo.systemUptime
  private var lastDrawing = 0.0

  /// - Parameter noun: Name of one of the things.
  init(total: Int, _ noun: String, on terminal: Terminal) {
    (self.total, self.noun, self.terminal) = (total, noun, terminal)
  }

  mutating func show(_ done: Int) {
    let now = ProcessInfo.processInfo.systemUptime
    guard terminal.isInteractive, now - lastDrawing >= 0.1 else { return }
    lastDrawing = now
    let speed = Double(done) / max(now - start, 1e-3)
    let left = Format.duration(Double(total - done) / max(speed, 1e-3))
    terminal.redraw("\(done) of \(total.counted(noun)), \(Format.decimal(speed, 1)) \(noun)s/s, \(left) left")
  }
}
