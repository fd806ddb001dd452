import Foundation
import Testing

@testable import RunSettings

/// Configurations that say much in few bytes, or are no text that a person wrote.
@Suite struct ConfigurationHostilityTests {
  private let valid = "model: {architecture: mlp, hidden: [3]}\ntraining: {epochs: 1}\n"

  private func message(_ text: String, _ overrides: [String] = []) -> String {
    do {
      _ = try RunConfiguration.parse(text: text, fileName: "run.yaml", overrides: overrides)
      return ""
    } catch {
      return error.description
    }
  }

  /// Each line has nine times the values of the line before.
  private func laughs(_ line: (String) -> String, _ count: Int = 9) -> String {
    (0..<count).map { level in
      let value = level == 0 ? "lol" : "*a\(level - 1)"
      return "a\(level): &a\(level) \(line(value))"
    }.joined(separator: "\n") + "\n"
  }

  private func list(_ value: String) -> String { "[" + Array(repeating: value, count: 9).joined(separator: ",") + "]" }

  private func mapping(_ value: String) -> String {
    "{" + (0..<9).map { "k\($0): \(value)" }.joined(separator: ", ") + "}"
  }

  @Test("aliases of aliases are counted as often as they stand")
  func aliases() {
    let expected = "more than 100000 values, with aliases expanded; write less, or fewer aliases of aliases"
    #expect(message(laughs(list)) == "run.yaml:6:8: \(expected)".replacingOccurrences(of: "6:8", with: "6:10"))
    #expect(message(laughs(mapping)).hasSuffix(expected))
    // Keys would be compared, value by value.
    #expect(message(laughs(list) + "? *a8\n: 1\n? *a8\n: 2\n").hasSuffix(expected))
    #expect(
      message(laughs { "{<<: [" + Array(repeating: $0, count: 9).joined(separator: ",") + "]}" }).hasSuffix(expected))
    let override = "model=[" + laughs(list).split(separator: "\n").map { "{\($0)}" }.joined(separator: ", ") + "]"
    #expect(message(valid, [override]).hasSuffix(expected))
    #expect(message("a: &a [*a, *a]").contains("not valid YAML: found undefined alias"))
  }

  @Test("an alias that is no trick stands for what it names")
  func plainAlias() throws {
    let text = """
      model:
        layers: [flatten, linear: &size 3, linear: *size, linear: classes]
      training: {epochs: 1}
      """
    let written = try RunConfiguration.parse(
      text: text.replacingOccurrences(of: "&size ", with: "").replacingOccurrences(of: "*size", with: "3"))
    #expect(try RunConfiguration.parse(text: text) == written)
  }

  @Test(
    "nesting is bounded, on a thread of little stack too",
    arguments: [
      "model: " + String(repeating: "[", count: 900) + String(repeating: "]", count: 900),
      "model: " + String(repeating: "[", count: 100_000), "a:\n" + String(repeating: "- ", count: 900) + "x\n",
      String(repeating: "? ", count: 900) + "x\n",
      String(repeating: "{a: ", count: 900) + String(repeating: "}", count: 900),
    ])
  func nesting(text: String) throws {
    let found = onSmallStack { message(text) }
    #expect(found.contains("nest") && !found.contains("\n"), "\(found.prefix(300))")
  }

  private func onSmallStack(_ work: @escaping @Sendable () -> String) -> String {
    final class Box: @unchecked Sendable { var text = "" }
    let (box, done) = (Box(), DispatchSemaphore(value: 0))
    let thread = Thread {
      box.text = work()
      done.signal()
    }
    thread.stackSize = 512 << 10
    thread.start()
    done.wait()
    return box.text
  }

  @Test("layers in layers as deep as they may be")
  func deepLayers() {
    let depth = 14
    let layers =
      String(repeating: "[residual: {body: ", count: depth) + "[relu]" + String(repeating: "}]", count: depth)
    #expect(onSmallStack { message("model: {layers: \(layers)}\ntraining: {epochs: 1}") } == "")
  }

  @Test("of thousands of mistakes the first are shown, and how many more there are")
  func manyMistakes() {
    let text = valid + "loss:\n  kind: cross-entropy\n" + (0..<3000).map { _ in "  label_smoothing: 0\n" }.joined()
    let lines = message(text).split(separator: "\n")
    #expect(lines.count == 51)
    #expect(
      lines.first
        == "run.yaml:6:3: key 'label_smoothing' is given twice in loss; it was given before on line 5")
    #expect(lines.last == "and 2949 more mistakes")
    let unknown = message(valid + (0..<3000).map { "key\($0): 1\n" }.joined()).split(separator: "\n")
    #expect(unknown.count == 51 && unknown.last == "and 2950 more mistakes")
  }

  @Test("a text of any length makes a message of a few words")
  func longTexts() {
    let long = String(repeating: "x", count: 500_000)
    for text in ["data: \(long)", "\(long): 1", "data: {\(long): 1}", "loss: {label_smoothing: \"\(long)\"}"] {
      let found = message(valid + text)
      #expect(!found.isEmpty && found.utf8.count < 1500, "\(found.prefix(200))")
    }
    let tooLong = message(valid + "# " + String(repeating: long, count: 3))
    #expect(tooLong.hasPrefix("run.yaml: the text has 1500") && tooLong.hasSuffix("1048576; is it a configuration?"))
  }

  @Test("a file that never ends")
  func endlessFile() {
    #expect {
      try RunConfiguration.load(file: "/dev/zero")
    } throws: {
      "\($0)" == "/dev/zero: the file has more than 1048576 bytes; is it a configuration?"
    }
  }

  @Test("a byte order mark")
  func byteOrderMark() throws {
    #expect(try RunConfiguration.parse(text: "\u{FEFF}" + valid) == RunConfiguration.parse(text: valid))
    #expect(
      message("\u{FEFF}modell: 1\n" + valid).hasPrefix("run.yaml:1:1: unknown key 'modell'; did you mean 'model'?"))
    let folder = FileManager.default.temporaryDirectory.appending(path: "lockstep-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "run.yaml")
    try Data([0xEF, 0xBB, 0xBF] + Array(valid.utf8)).write(to: file)
    #expect(throws: Never.self) { try RunConfiguration.load(file: file.path) }
    try (Data([0xFF, 0xFE]) + valid.data(using: .utf16LittleEndian)!).write(to: file)
    #expect {
      try RunConfiguration.load(file: file.path)
    } throws: {
      "\($0)".hasSuffix("the configuration is not UTF-8 text; it is UTF-16; save it as UTF-8")
    }
  }

  @Test("no message carries control characters, or a second line")
  func controlCharacters() {
    let found = message(valid + "data: {dataset: \"x\\e]0;y\\a\\nz\\x9b\\u202E\"}")
    #expect(
      found.hasSuffix("found the string \"x\u{FFFD}]0;y\u{FFFD}\u{FFFD}z\u{FFFD}\u{FFFD}\""),
      "\(found.debugDescription)")
  }
}
