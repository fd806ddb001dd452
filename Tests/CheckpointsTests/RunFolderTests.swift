import Files
import Foundation
import Testing

@testable import Checkpoints

@Suite struct RunFolderTests {
  private func save(_ folder: RunFolder, step: Int, best: Int? = nil, keep: Int = 2) throws {
    let model = SampleModel(variant: step)
    try folder.save(
      weights: model.weights, state: model.state, metadata: .sample(step: step, best: best), keep: keep)
  }

  private func damage(_ path: String) throws {
    var content = try bytes(of: path)
    content[content.count - 3] ^= 0x40
    try Data(content).write(to: URL(fileURLWithPath: path))
  }

  @Test func aNewFolder() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(path: temporary.file("a/b/run"))
    #expect(folder.wasEmpty)
    #expect(try folder.checkpoints().isEmpty)
    #expect(try folder.newestCheckpoint { _ in } == nil)
    try folder.writeConfiguration("training: {steps: 3}\n")
    try folder.appendMetrics(["step": 1, "loss": .number(.nan)])
    try folder.writeSummary("{\"steps\":3}")
    try save(folder, step: 3)
    #expect(
      try temporary.names(in: "a/b/run") == [
        ".lock", ".lockstep-run", "checkpoints", "config.yaml", "metrics.jsonl", "summary.json",
      ])
    #expect(try temporary.names(in: "a/b/run/checkpoints") == ["step-00000003.safetensors"])
    #expect(
      try text(of: temporary.file("a/b/run/config.yaml")) == "\(RunLayout.configurationMark)\ntraining: {steps: 3}\n")
    #expect(try text(of: temporary.file("a/b/run/metrics.jsonl")) == "{\"step\":1,\"loss\":null}\n")
    #expect(try text(of: temporary.file("a/b/run/summary.json")) == "{\"steps\":3}\n")
  }

  @Test func aNewFolderIsTakenBackWhereNothingWasWritten() throws {
    let temporary = try TemporaryFolder()
    let unused = try RunFolder(path: temporary.file("unused"))
    unused.discard()
    #expect(try temporary.names(in: "").isEmpty)
    let used = try RunFolder(path: temporary.file("used"))
    try used.writeConfiguration("training: {steps: 3}\n")
    used.discard()
    #expect(try temporary.names(in: "used").contains("config.yaml"))
    try FileManager.default.createDirectory(atPath: temporary.file("older"), withIntermediateDirectories: false)
    let older = try RunFolder(path: temporary.file("older"))
    older.discard()
    #expect(try temporary.names(in: "") == ["older", "used"])
  }

  @Test func theLastOnesAndTheBestAreKept() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(path: temporary.file("run"))
    var kept: [[Int]] = []
    for (step, best) in [(1, 1), (2, 1), (3, 3), (4, 3), (5, 3), (6, 3), (7, 7), (8, 7)] {
      try save(folder, step: step, best: best)
      kept.append(try folder.checkpoints().map(\.step))
    }
    #expect(kept == [[1], [1, 2], [2, 3], [3, 4], [3, 4, 5], [3, 5, 6], [6, 7], [7, 8]])
  }

  @Test func withoutABestTheLastOnesAreKept() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(path: temporary.file("run"))
    for step in stride(from: 99_999_990, through: 100_000_020, by: 10) { try save(folder, step: step) }
    #expect(try folder.checkpoints().map(\.step) == [100_000_010, 100_000_020])
  }

  @Test func aFailedSaveRemovesNothing() throws {
    let temporary = try TemporaryFolder()
    do {
      let folder = try RunFolder(path: temporary.file("run"))
      for step in 1...2 { try save(folder, step: step) }
    }
    var calls = SystemCalls()
    calls.write = { _, _, _ in
      errno = ENOSPC
      return -1
    }
    let folder = try RunFolder(path: temporary.file("run"), calls: calls)
    #expect(throws: CheckpointError.self) { try save(folder, step: 3, keep: 1) }
    #expect(
      try temporary.names(in: "run/checkpoints") == ["step-00000001.safetensors", "step-00000002.safetensors"])
    let newest = try #require(try folder.newestCheckpoint { _ in })
    #expect(newest.metadata.step == 2)
  }

  @Test func aRunFolderStandsForItsBestElseItsLastCheckpoint() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    let folder = try RunFolder(path: path)
    try save(folder, step: 1)
    try save(folder, step: 2)
    #expect(try RunFolder.checkpoint(at: path) { _ in }.metadata.step == 2)
    for (step, best) in [(3, 3), (4, 3), (5, 3), (6, 3)] { try save(folder, step: step, best: best) }
    #expect(try RunFolder.checkpoint(at: path) { _ in }.metadata.step == 3)
    let file = temporary.file("run/checkpoints/step-00000005.safetensors")
    #expect(try RunFolder.checkpoint(at: file) { _ in }.metadata.step == 5)

    try damage(temporary.file("run/checkpoints/step-00000003.safetensors"))
    var reported: [CheckpointError] = []
    #expect(try RunFolder.checkpoint(at: path) { reported.append($0) }.metadata.step == 6)
    #expect(reported.map { $0.path.lastPathComponent } == ["step-00000003.safetensors"])
  }

  @Test func noRunNoCheckpoint() throws {
    let temporary = try TemporaryFolder()
    for path in [temporary.path, temporary.file("absent")] {
      let error = #expect(throws: CheckpointError.self) { try RunFolder.checkpoint(at: path) { _ in } }
      #expect(error?.kind == .missing)
      #expect(error?.hint == "give a run folder or a checkpoint file")
    }
  }

  @Test func aDamagedNewestIsReportedAndTheOneBeforeItUsed() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(path: temporary.file("run"))
    for step in [10, 20, 30] { try save(folder, step: step, keep: 3) }
    try damage(temporary.file("run/checkpoints/step-00000030.safetensors"))
    var reported: [CheckpointError] = []
    let newest = try #require(try folder.newestCheckpoint { reported.append($0) })
    #expect(newest.metadata.step == 20)
    #expect(reported.map(\.tensor) == ["optimizer.momentum.0.bias"])

    // Going on from step 20 must not let the damaged one push whole ones out.
    let aside = try folder.rewind(to: 20)
    #expect(aside == [temporary.file("run/checkpoints/step-00000030.safetensors.superseded")])
    try save(folder, step: 25, keep: 1)
    #expect(try folder.checkpoints().map(\.step) == [25])

    try damage(temporary.file("run/checkpoints/step-00000025.safetensors"))
    let error = #expect(throws: CheckpointError.self) { try folder.newestCheckpoint { _ in } }
    #expect(error?.problem == "its only checkpoint cannot be read")
    #expect(error?.hint == "start anew in another folder (--run-dir)")
    // One who only looks at the run has no other folder to start in.
    let looking = #expect(throws: CheckpointError.self) {
      try RunFolder.checkpoint(at: folder.path) { _ in }
    }
    #expect(looking?.hint == "give another run folder or a checkpoint file")
  }

  @Test("a checkpoint that is set aside does not replace one that was set aside before")
  func setAsideAgain() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(path: temporary.file("run"))
    try save(folder, step: 10)
    var kept: [[UInt8]] = []
    for text in ["first", "second", "third"] {
      try temporary.write(text, to: "run/checkpoints/step-00000020.safetensors")
      let aside = try folder.rewind(to: 10)
      #expect(aside.count == 1)
      kept += try aside.map(bytes)
    }
    let name = "step-00000020.safetensors.superseded"
    #expect(
      try temporary.names(in: "run/checkpoints") == ["step-00000010.safetensors", name, name + "-2", name + "-3"])
    #expect(try text(of: temporary.file("run/checkpoints/\(name)")) == "first")
    #expect(try text(of: temporary.file("run/checkpoints/\(name)-3")) == "third")
    #expect(kept.map { String(decoding: $0, as: UTF8.self) } == ["first", "second", "third"])
  }

  /// Files that a process killed while writing leaves behind.
  @Test func leftoversOfAKilledRunAreRemoved() throws {
    let temporary = try TemporaryFolder()
    do { try save(try RunFolder(path: temporary.file("run")), step: 1) }
    try temporary.write("half", to: "run/checkpoints/.step-00000002.safetensors.4711.partial")
    try temporary.write("half", to: "run/.summary.json.4711.partial")
    try temporary.write("half", to: "run/checkpoints/.step-00000002.safetensors.0123456789abcdef.partial")
    try temporary.write("mine", to: "run/checkpoints/notes.txt")
    let folder = try RunFolder(path: temporary.file("run"))
    #expect(!folder.wasEmpty)
    try folder.rewind(to: 1)
    #expect(try temporary.names(in: "run") == [".lock", ".lockstep-run", "checkpoints"])
    #expect(try temporary.names(in: "run/checkpoints") == ["notes.txt", "step-00000001.safetensors"])
    #expect(try folder.newestCheckpoint { _ in }?.metadata.step == 1)
  }

  @Test func twoRunsCannotShareAFolder() throws {
    let temporary = try TemporaryFolder()
    do {
      let first = try RunFolder(path: temporary.file("run"))
      let error = #expect(throws: CheckpointError.self) { try RunFolder(path: temporary.file("run")) }
      #expect(error?.kind == .locked)
      #expect(error?.problem.contains("process \(getpid()) on ") == true)
      #expect(first.wasEmpty)
    }
    // A run that ended before it wrote anything leaves nothing that a new one minds.
    do {
      let second = try RunFolder(path: temporary.file("run"))
      #expect(second.wasEmpty)
      try second.writeSummary("{}")
    }
    #expect(try !RunFolder(path: temporary.file("run")).wasEmpty)
  }

  @Test func aFolderThatCannotBeWritten() throws {
    let temporary = try TemporaryFolder()
    try temporary.write("a file", to: "taken")
    for path in [temporary.file("taken"), temporary.file("taken/run"), "/proc/lockstep-run"] {
      let error = #expect(throws: CheckpointError.self) { try RunFolder(path: path) }
      #expect(error?.kind == .unwritable)
      #expect(error?.problem.hasPrefix("cannot create the folder") == true)
      #expect(error?.hint == (path.contains("taken") ? "a file is in the way; choose another folder (--run-dir)" : nil))
    }
  }

  @Test func onlyCheckpointNamesAreTakenForCheckpoints() {
    #expect(RunLayout.step(ofCheckpointNamed: "step-00000012.safetensors") == 12)
    #expect(RunLayout.step(ofCheckpointNamed: "step-123456789.safetensors") == 123_456_789)
    for name in ["step-12.safetensors", "step-0000001x.safetensors", "step-00000012.safetensors.superseded", "a"] {
      #expect(RunLayout.step(ofCheckpointNamed: name) == nil)
    }
    #expect(RunLayout.checkpoint(step: 7, in: "r/") == "r/checkpoints/step-00000007.safetensors")
  }
}
