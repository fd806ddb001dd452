import Configuration
import RunSettings
import Testing

@testable import Training

/// Rules for groups of parameters in a configuration: patterns, and what is said of mistakes.
@Suite struct ParameterRuleTests {
  @Test(arguments: [
    ("0.weight", "0.weight", true), ("0.weight", "10.weight", false), ("0.weight", "0.weights", false),
    ("*", "blocks.0.norm1.weight", true), ("**", "head", true), ("blocks.0.*", "blocks.0.norm1.weight", true),
    ("blocks.1.*", "blocks.10.norm1.weight", false), ("blocks.*.bias", "blocks.0.attn.proj.bias", true),
    ("*.bias", "0.bias", true), ("*.bias", "0.bias2", false), ("**.bias", "0.body.1.bias", true),
    ("blocks.?.*", "blocks.7.w", true), ("blocks.?.*", "blocks.17.w", false), ("0?weight", "0.weight", false),
    ("blocks.[0-3].*", "blocks.3.w", true), ("blocks.[0-3].*", "blocks.4.w", false),
    ("blocks.[!0-3].*", "blocks.4.w", true), ("blocks.[!0-3].*", "blocks..w", false), ("[ac-]", "-", true),
    ("a*b*c", "a.b.b.c", true), ("a*b*c", "a.c.b", false), ("*a", "ba", true), ("*a*", "bcd", false),
    ("a**", "a", true),
  ])
  func patterns(text: String, path: String, isMatch: Bool) throws {
    let pattern = try #require(PathPattern(text))
    #expect(pattern.matches(path) == isMatch)
  }

  @Test(arguments: ["", "[", "a[", "a[]", "[!]", "[b-a]"]) func noPatterns(text: String) {
    #expect(PathPattern(text) == nil)
  }

  @Test("the paths that the fewest edits lead to come first")
  func nearest() throws {
    let paths = ["0.weight", "0.bias", "12.weight", "head.weight", "head.bias"]
    func nearest(_ text: String, _ count: Int = 2) throws -> [String] {
      try #require(PathPattern(text)).nearest(in: paths, atMost: count)
    }
    #expect(try nearest("haed.*") == ["head.weight", "head.bias"])
    #expect(try nearest("*.wieght", 3) == ["0.weight", "12.weight", "head.weight"])
    #expect(try nearest("head") == ["head.weight", "head.bias"])
    #expect(try nearest("12.wight", 1) == ["12.weight"])
    #expect(try nearest(String(repeating: "x", count: 10_000)) == ["0.weight", "0.bias"])
  }

  private static let base = """
    data: {dataset: synthetic, shape: [7], classes: 3, samples: 30}
    model: {layers: [linear: 5, relu, linear: 3]}
    training: {batch_size: 6, steps: 4}
    parameters:

    """

  private func message(_ rules: String) -> String {
    do {
      _ = try PreparedRun(RunConfiguration.parse(text: Self.base + rules, fileName: "run.yaml"))
      return "no mistake"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("  - {rate: 2}", "run.yaml:5:5: key 'match' is missing in parameters.0; write match: \"blocks.0.*\""),
    ("  - {match: 0.*}", "run.yaml:5:6: the rule changes nothing; give it rate, weight_decay"),
    ("  - {match: 0.*, rate: 0}", "run.yaml:5:24: parameters.0.rate: expected number > 0, found '0'"),
    ("  - {match: 0.*, rate: -1}", "expected number > 0"),
    ("  - {match: 0.*, weight_decay: -1}", "expected number ≥ 0"),
    ("  - {match: 0.*, lr: 0.1}", "unknown key 'lr' in parameters.0; did you mean 'rate'?"),
    ("  - {match: 0.*, wd: 0.1}", "unknown key 'wd' in parameters.0; did you mean 'weight_decay'?"),
    ("  - {match: \"0.[\", rate: 1}", "run.yaml:5:13: parameters.0.match: expected pattern of paths, found the string"),
    ("  - {match: [0, 1], rate: 1}", "expected pattern of paths, found a list"),
    ("  {match: 0.*, rate: 1}", "parameters: expected list of rules, found a mapping"),
    ("  - {match: *.bias, rate: 1}", "put a text that begins with * in quotes"),
    (
      "  - {match: 0.wieght, rate: 2}\n  - {match: 0.*, rate: 2}\n  - {match: 1.*, rate: 2}",
      "run.yaml:5:13: parameters: '0.wieght' matches no parameter; the nearest are 0.weight, 2.weight, 0.bias\n"
        + "run.yaml:7:13: parameters: '1.*' matches no parameter; the nearest are "
    ),
  ])
  func mistakes(rules: String, part: String) {
    let message = message(rules)
    #expect(message.contains(part), "\(message)")
    #expect(message.split(separator: "\n").count == part.split(separator: "\n").count, "\(message)")
  }

  @Test func rulesOfTheCommandLineAreNamed() {
    let override = "parameters=[{match: heads.*, rate: 2}]"
    do {
      _ = try PreparedRun(RunConfiguration.parse(text: Self.base, overrides: [override]))
      Issue.record("no mistake")
    } catch {
      #expect("\(error)".hasPrefix("--set \(override): parameters: 'heads.*' matches no parameter"), "\(error)")
    }
  }

  @Test("a resume with other rules is refused")
  func otherRules() throws {
    let old = try RunConfiguration.parse(text: Self.base + "  - {match: 0.*, rate: 2}")
    let new = try RunConfiguration.parse(text: Self.base + "  - {match: 0.*, rate: 3}")
    #expect(new.differences(from: old).map(\.path) == ["parameters"])
    #expect(new.differences(from: old).map(\.onResume) == [.continues])
  }
}
