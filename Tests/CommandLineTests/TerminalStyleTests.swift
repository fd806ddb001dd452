import Foundation
import Testing

@testable import lockstep

/// Output to terminals that lack colours, redrawing or UTF-8.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct TerminalStyleTests {
  @Test(
    "environments",
    arguments: [
      ([:], false, false, true), (["LANG": "de_DE.UTF-8"], false, false, true), (["LANG": "C"], true, true, true),
      (["LC_ALL": "C", "LANG": "de_DE.UTF-8"], true, true, true), (["LC_CTYPE": "de_DE.ISO-8859-1"], true, true, true),
      (["LC_ALL": "", "LANG": "C.utf8"], false, false, true), (["TERM": "dumb"], false, true, false),
      (["NO_COLOR": "1"], false, true, true), (["NO_COLOR": ""], false, false, true),
    ] as [([String: String], Bool, Bool, Bool)])
  func environments(environment: [String: String], isASCII: Bool, isPlain: Bool, redraws: Bool) {
    let style = TerminalStyle(environment: environment)
    #expect((style.isASCII, style.isPlain, style.redraws) == (isASCII, isPlain, redraws))
  }

  @Test("where there is ASCII alone our signs have substitutes, and JSON its escapes")
  func ascii() {
    let style = TerminalStyle(environment: ["LC_ALL": "C"])
    #expect(style.shown("3×3 → caf\u{e9} ≥ 1\u{1B}[m 日") == "3x3 -> cafe >= 1?[m ?")
    #expect(style.shown(json: #"{"a":"é😀"}"#) == #"{"a":"\u00e9\ud83d\ude00"}"#)
    #expect(TerminalStyle.full.shown(json: #"{"a":"é"}"#) == #"{"a":"é"}"#)
  }

  @Test(
    "training and classifying without escapes and block characters",
    arguments: [["TERM": "dumb"], ["LC_ALL": "C"], ["NO_COLOR": "1"], ["LC_ALL": "de_DE.ISO-8859-1"]])
  func plain(environment: [String: String]) throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let run = folder.path("run")
    let bytes = try PseudoTerminal.output(
      of: Build.lockstep, ["train", config, "--run-dir", run, "--set", "training.steps=40"],
      environment: ["NO_COLOR": "", "TERM": "xterm", "LC_ALL": "C.UTF-8"].merging(environment) { $1 })
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("done: "), "\(text)")
    #expect(bytes.allSatisfy { $0 < 0x80 && $0 != 0x1B }, "\(text.debugDescription)")
    #expect(text.contains("####") == (environment["TERM"] == nil) && !text.contains("█"), "\(text.debugDescription)")
    #expect(environment["TERM"] == nil || !text.contains("\r"))
  }
}
