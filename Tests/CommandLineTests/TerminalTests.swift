import Foundation
import Testing

@testable import Training
@testable import lockstep

/// Lines are redrawn on a terminal only.
@Suite struct TerminalTests {
  /// Output of a terminal that prints to pipes.
  private func written(
    isInteractive: Bool, isShared: Bool = false, _ work: (Terminal) -> Void
  ) throws -> (output: String, errors: String) {
    let (output, errors) = (Pipe(), Pipe())
    let terminal = Terminal(
      isInteractive: isInteractive, output: output.fileHandleForWriting.fileDescriptor,
      errors: errors.fileHandleForWriting.fileDescriptor, isShared: isShared)
    work(terminal)
    func text(_ pipe: Pipe) throws -> String {
      try pipe.fileHandleForWriting.close()
      return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    return try (text(output), text(errors))
  }

  private let erasure = "\r\u{1B}[K"

  @Test("a line that is redrawn gives way to whatever comes next, and is erased once")
  func redrawnLine() throws {
    let result = try written(isInteractive: true) { terminal in
      terminal.print("first")
      terminal.redraw("1%")
      terminal.redraw("2%")
      terminal.print("second")
      terminal.redraw("3%")
      terminal.printError("trouble")
      terminal.printError("more")
      terminal.clearLine()
    }
    #expect(result.output == "first\n\(erasure)1%\(erasure)2%\(erasure)second\n\(erasure)3%\(erasure)")
    #expect(result.errors == "trouble\nmore\n")
  }

  @Test("a rank that shares the terminal with the one that draws erases what may stand there")
  func sharedTerminal() throws {
    let result = try written(isInteractive: true, isShared: true) { $0.printError("trouble") }
    #expect(result.output == erasure)
  }

  private func step(_ number: Int) -> StepReport {
    StepReport(
      step: number, totalSteps: 9, epoch: 0.5, loss: 1, smoothedLoss: nil, accuracy: 0.5, learningRate: 0.1,
      samplesPerSecond: 10, secondsLeft: 2, isLogged: number % 3 == 0)
  }

  @Test("-v prints every logged step, on a terminal above the bar", arguments: [false, true])
  func loggedSteps(isInteractive: Bool) throws {
    let result = try written(isInteractive: isInteractive) { terminal in
      let reporter = RunReporter(terminal: terminal, verbosity: .verbose)
      for number in 1...9 { reporter.completed(step(number)) }
      terminal.clearLine()
    }
    let lines = result.output.components(separatedBy: isInteractive ? erasure : "\n")
    let logged = lines.filter { $0.hasPrefix("step ") }.map { $0.trimmingCharacters(in: .newlines) }
    #expect(logged == [3, 6, 9].map { ProgressBar.plainText(step($0)) })
    #expect(result.output.contains(erasure) == isInteractive)
    if isInteractive {
      for number in [3, 6, 9] {
        let bar = ProgressBar.text(step(number), width: 80)
        #expect(result.output.contains("\(ProgressBar.plainText(step(number)))\n\(erasure)\(bar)"), "\(number)")
      }
    }
  }

  @Test("without -v a terminal gets the bar alone, a pipe of a short run nothing, -q neither")
  func barAlone() throws {
    func output(_ isInteractive: Bool, _ verbosity: RunReporter.Verbosity) throws -> String {
      try written(isInteractive: isInteractive) { terminal in
        let reporter = RunReporter(terminal: terminal, verbosity: verbosity)
        for number in 1...9 { reporter.completed(step(number)) }
      }.output
    }
    #expect(!(try output(true, .normal)).contains("\n"))
    #expect((try output(true, .normal)).contains("100% "))
    #expect(try output(false, .normal).isEmpty)
    #expect(try output(true, .quiet).isEmpty)
  }

  @Test("numbers that are none have no sign")
  func notNumbers() {
    #expect(Format.decimal(-.nan, 2) == "nan" && Format.significant(-.nan) == "nan")
    #expect(Format.decimal(1.005, 1) == "1.0" && Format.significant(1e10) == "1e+10")
  }

  @Test("the parent of a process, whatever its name")
  func parentOfProcess() {
    #expect(LauncherOutput.parent(inStatus: "71 (mpirun) S 12 71 12 34816 71") == 12)
    #expect(LauncherOutput.parent(inStatus: "71 (a (b) c) d) R 12 71") == 12)
    #expect(LauncherOutput.parent(inStatus: "") == 0)
  }
}
