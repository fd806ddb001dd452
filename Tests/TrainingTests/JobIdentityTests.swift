import Collectives
import Testing

@testable import Training

@Suite(.timeLimit(.minutes(15))) struct JobIdentityTests {
  private func difference(_ first: String, _ second: String) throws -> String {
    let error = try #require(throws: AgreedFailure.self) {
      try ThreadGroup.run(layout: ShardLayout(shards: 2, workers: 2)) { communicator in
        let fact = JobFact("classes", communicator.worker == 0 ? first : second)
        try communicator.requireEqual([fact]) { "rank \($0)" }
      }
    }
    let lines = error.description.components(separatedBy: "\n")
    try #require(lines.count == 3, "\(error)")
    return lines[1]
  }

  @Test("of long lists of classes the index is shown where they differ")
  func longLists() throws {
    let names = (0..<1000).map { "class \($0)" }
    var others = names
    others[700] = "another"
    #expect(try difference("\(["a"])", "\(["b"])") == #"  classes: rank 0 has ["a"], rank 1 has ["b"]"#)
    let text = try difference("\(names)", "\(others)")
    #expect(text.contains(#""class 700", "#) && text.contains(#""another", "#) && text.count < 400, "\(text)")
    #expect(text.contains("rank 0 has …") && text.hasSuffix("…"))
  }

  @Test("a value is one line")
  func lineEnds() throws {
    #expect(try difference("a\nb", "a\u{202E}b") == "  classes: rank 0 has a\u{FFFD}b, rank 1 has a\u{FFFD}b")
  }
}
