import Testing

@testable import Checkpoints

@Suite struct MetricsTests {
  @Test("reading counts damaged lines, but not an incomplete last one")
  func reading() throws {
    let temporary = try TemporaryFolder()
    var steps: [Int?] = []
    func read() throws -> Int {
      try RunFolder.readMetrics(in: temporary.path) { steps.append($0["step"]?.integerValue) }
    }
    #expect(try read() == 0)
    try temporary.write("{\"step\":1}\n\n[2]\n{\"step\":3}\n{\"step\":4}", to: "metrics.jsonl")
    #expect(try read() == 1 && steps == [1, 3])
    try temporary.write("{\"step\":5", to: "metrics.jsonl")
    #expect(try read() == 0 && steps == [1, 3])
  }

  @Test func resumingCutsLinesOfLaterStepsAndTornOnes() throws {
    let temporary = try TemporaryFolder()
    do {
      let folder = try RunFolder(path: temporary.file("run"))
      for step in 1...5 { try folder.appendMetrics(["step": .integer(step), "loss": .number(1 / Double(step))]) }
      try folder.appendMetrics(["step": 3, "split": "validation"])
      try folder.writeSummary("{}")
    }
    let path = temporary.file("run/metrics.jsonl")
    try temporary.write(try text(of: path) + "{\"step\":3,\"lo", to: "run/metrics.jsonl")

    let folder = try RunFolder(path: temporary.file("run"))
    try folder.rewind(to: 3)
    let kept = """
      {"step":1,"loss":1.0}
      {"step":2,"loss":0.5}
      {"step":3,"loss":0.3333333333333333}
      {"step":3,"split":"validation"}

      """
    #expect(try text(of: path) == kept)
    #expect(try !temporary.names(in: "run").contains("summary.json"))

    try folder.appendMetrics(["step": 4])
    #expect(try text(of: path) == kept + "{\"step\":4}\n")
    try folder.rewind(to: 4)
    #expect(try text(of: path) == kept + "{\"step\":4}\n")
    try folder.appendMetrics(["step": 5])
    try folder.rewind(to: 0)
    #expect(try text(of: path) == "")
  }

  @Test func aRunWithoutMetricsCanBeResumed() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(path: temporary.file("run"))
    try folder.rewind(to: 7)
    #expect(try temporary.names(in: "run") == [".lock", ".lockstep-run", "checkpoints"])
  }

  @Test func aLogThatCannotBeWritten() throws {
    let temporary = try TemporaryFolder()
    let log = StepLog(path: temporary.file("absent/metrics.jsonl"))
    let error = #expect(throws: CheckpointError.self) { try log.append(["step": 1]) }
    #expect(error?.kind == .unwritable)
    let full = #expect(throws: CheckpointError.self) { try StepLog(path: "/dev/full").append(["step": 1]) }
    #expect(full?.problem == "cannot write the file: No space left on device")
  }
}
