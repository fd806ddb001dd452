import Charts
import Foundation
import PlainText
import RunSettings
import Training

/// Prints a run's progress: a bar on a terminal, a few plain lines in a pipe.
final class RunReporter: TrainingReporter {
  enum Verbosity: Int, Comparable {
    case quiet, normal, verbose

    static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  private let terminal: Terminal
  private let verbosity: Verbosity
  private var lastDrawing = -Double.infinity
  private var lastPlainLine = 0.0
  /// Losses of the steps so far, thinned to what the progress line can show.
  private var losses = ThinnedPoints(limit: 2 * ProgressBar.sparklineWidth)
  private var tableHeadIsPrinted = false
  private var earlyStopping: EarlyStoppingSettings?
  /// Advice on how to get held-out data, if the run has none; else nil.
  private var missingSplit: String?

  /// A terminal is redrawn ten times a second; a pipe gets a line every half minute. With -v, both get every logged step.
  private static let drawingInterval = 0.1
  private static let plainInterval = 30.0

  init(terminal: Terminal = .standard, verbosity: Verbosity) {
    self.terminal = terminal
    self.verbosity = verbosity
    lastPlainLine = ProcessInfo.processInfo.systemUptime
  }

  func started(_ run: RunDescription) {
    print(RunLine.text(run))
    if let warning = run.kernelWarning { warn(warning) }
    if run.imbalance > 0 {
      let percent = Format.decimal(run.imbalance * 100, 0)
      detail(
        "\(run.shards) shards do not divide over \(run.workers) workers: the busiest has \(percent) % more than the mean"
      )
    }
    detail(run.layers)
    earlyStopping = run.earlyStopping
    missingSplit = run.validationSamples == 0 && run.testSamples == 0 ? run.heldOutAdvice : nil
    if run.hasStoppedEarly {
      let best = EarlyStoppingText.best(run.bestStep)
      print("\(run.folder) is complete: it stopped early after step \(run.firstStep) of \(run.totalSteps)\(best)")
    } else if run.firstStep == run.totalSteps && !run.isUnfinished {
      let steps = run.totalSteps == 1 ? "its one step is" : "all \(run.totalSteps) steps are"
      print("\(run.folder) is complete: \(steps) done")
    } else if run.firstStep > 0 {
      let ending = run.changes.isEmpty ? "" : ", from here on with other settings:"
      print("resuming \(run.folder) after step \(run.firstStep) of \(run.totalSteps)\(ending)")
      for change in run.changes { print("  \(change)") }
    }
  }

  func completed(_ step: StepReport) {
    guard verbosity > .quiet else { return }
    losses.add(.init(Double(step.step), step.loss))
    let now = ProcessInfo.processInfo.systemUptime
    let lineIsDue =
      verbosity == .verbose ? step.isLogged : !terminal.isInteractive && now - lastPlainLine >= Self.plainInterval
    if lineIsDue {
      lastPlainLine = now
      print(ProgressBar.plainText(step))
    }
    // A printed line has replaced the bar.
    let drawingIsDue = lineIsDue || now - lastDrawing >= Self.drawingInterval || step.step == step.totalSteps
    if terminal.isInteractive && drawingIsDue {
      lastDrawing = now
      terminal.redraw(
        ProgressBar.text(step, losses: losses.points.map(\.y), width: terminal.width, style: terminal.style))
    }
  }

  func evaluated(_ evaluation: EvaluationReport) {
    if !tableHeadIsPrinted {
      print(EvaluationTable.head)
      tableHeadIsPrinted = true
    }
    print(EvaluationTable.line(evaluation))
  }

  func wroteSample(_ sample: SampleReport) {
    let loss = sample.smoothedLoss.map { ", smoothed loss \(Format.decimal($0, 4))" } ?? ""
    // An untrained model may write characters that a terminal takes for commands.
    let text = PrintableText.replacingControls(in: sample.text, but: ["\n", "\t"])
    print("--- sample after step \(sample.step)\(loss)\n\(text)\n---")
  }

  func wroteCheckpoint(_ file: String, step: Int) { detail("checkpoint \(file)") }

  func warn(_ message: String) {
    terminal.printError("warning: \(message)")
  }

  func detail(_ message: String) {
    if verbosity == .verbose { print(message) }
  }

  func profiled(_ profile: RunProfile) { print(ProfileText(profile: profile).text) }

  func finished(_ summary: RunSummary, curves: RunCurves, folder: String, stopped: StopRequest.Reason?) {
    let rate = "\(Format.duration(summary.wallSeconds)), \(Format.decimal(summary.samplesPerSecond, 0)) samples/s"
    if stopped != nil {
      print("stopped after step \(summary.steps) (\(rate)); the checkpoint is in \(folder)")
      print("resume with the same command and --run-dir \(folder)")
    } else {
      // A pipe gets no chart: the numbers are in files, which programs can read.
      if terminal.isSeen, let chart = curves.textChart(marks: terminal.style.isPlain ? .ascii : .blocks),
        let text = chart.text(width: terminal.width - 1)
      {
        print(text)
      }
      if summary.stoppedEarly, let earlyStopping {
        print("stopped early: \(EarlyStoppingText.criterion(earlyStopping))\(EarlyStoppingText.best(summary.bestStep))")
      }
      let test = summary.testAccuracy.map { "test accuracy \(Format.percent($0)), " }
      let validation = summary.validationAccuracy.map { "validation accuracy \(Format.percent($0)), " }
      print("done: \(test ?? validation ?? "")\(summary.steps.counted("step")) in \(rate)")
      if let missingSplit {
        print("no accuracy on data that the model has not seen: \(missingSplit)")
      } else if test == nil && validation == nil {
        print("the test split was not evaluated (evaluation.at_end: false); lockstep evaluate \(folder) does it")
      }
      print("run folder \(folder)")
    }
  }

  private func print(_ line: String) {
    if verbosity > .quiet { terminal.print(line) }
  }
}
