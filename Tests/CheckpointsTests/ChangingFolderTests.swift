import Files
import Foundation
import Testing

@testable import Checkpoints

/// A run folder that others change, or a disk that fails, while a run writes it or somebody looks at it.
@Suite struct ChangingFolderTests {
  private func save(_ folder: RunFolder, step: Int, best: Int? = nil, keep: Int = 2) throws {
    let model = SampleModel(variant: step)
    try folder.save(
      weights: model.weights, state: model.state, metadata: .sample(step: step, best: best), keep: keep)
  }

  /// Fails to list after `entries` entries.
  private func failing(after entries: Int) -> SystemCalls {
    var calls = SystemCalls()
    var left = entries
    calls.nextEntry = { stream in
      left -= 1
      guard left < 0 else { return readdir(stream) }
      errno = EIO
      return nil
    }
    return calls
  }

  @Test("a folder that cannot be listed is not taken for an empty one", arguments: [0, 1, 3])
  func listing(entries: Int) throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    do { try save(try RunFolder(path: path), step: 1) }
    for read: () throws -> Void in [
      { _ = try RunFolder(path: path, calls: failing(after: entries)) },
      {
        _ = try RunFolder.newestCheckpoint(in: path, hint: "", calls: failing(after: min(2, entries))) { _ in }
      },
      { _ = try RunFolder.bestCheckpoint(in: path, calls: failing(after: min(2, entries))) { _ in } },
    ] {
      let error = #expect(throws: CheckpointError.self) { try read() }
      #expect(error?.kind == .unreadable && error?.problem.contains("Input/output error") == true)
    }
    // Nor one that cannot even be looked at.
    try FileManager.default.removeItem(atPath: path + "/checkpoints")
    symlink("checkpoints", path + "/checkpoints")
    #expect(throws: CheckpointError.self) { try RunFolder(path: path).newestCheckpoint { _ in } }
    let error = #expect(throws: CheckpointError.self) { try RunFolder.checkpoint(at: path) { _ in } }
    #expect(error?.kind == .unreadable)
    #expect(RunFolder.mayHoldCheckpoints(path) && !RunFolder.mayHoldCheckpoints(temporary.file("nowhere")))
  }

  @Test("a checkpoint that the system cannot read is not passed over")
  func unreadable() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(path: temporary.file("run"))
    for step in 1...2 { try save(folder, step: step) }
    let newest = temporary.file("run/checkpoints/step-00000002.safetensors")
    unlink(newest)
    symlink("step-00000002.safetensors", newest)
    let error = #expect(throws: CheckpointError.self) { try folder.newestCheckpoint { _ in } }
    #expect(error?.kind == .unreadable && error?.path == newest)
  }

  @Test("a checkpoint that is removed between listing and opening: the next one is taken", arguments: [true, false])
  func vanishing(best: Bool) throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    let folder = try RunFolder(path: path)
    try save(folder, step: 1, best: 1, keep: 1)
    var calls = SystemCalls()
    var step = 1
    calls.nextEntry = { stream in
      let entry = readdir(stream)
      if entry == nil, step < 5 {
        // The run goes on: the only checkpoint gives way to a new one.
        step += 1
        #expect(throws: Never.self) { try save(folder, step: step, best: step, keep: 1) }
      }
      errno = 0
      return entry
    }
    let found =
      best
      ? try RunFolder.bestCheckpoint(in: path, calls: calls) { Issue.record("\($0)") }
      : try RunFolder.newestCheckpoint(in: path, hint: "", calls: calls) { Issue.record("\($0)") }
    #expect(found?.metadata.step == 5)
    // An open checkpoint stays readable.
    try save(folder, step: 6, best: 6, keep: 1)
    #expect(try found?.floats("0.bias").count == 5)
    try found?.verify()
  }

  @Test("metrics, samples and configuration that are removed while a run goes on are written again")
  func removed() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    let folder = try RunFolder(path: path)
    var warnings: [String] = []
    folder.warn = { warnings.append($0) }
    try folder.writeConfiguration("training: {steps: 3}\n")
    for step in 1...3 {
      try folder.appendMetrics(["step": .integer(step)])
      try folder.appendSample(["step": .integer(step)])
    }
    for name in ["config.yaml", "metrics.jsonl", "samples.jsonl", ".lockstep-run"] { unlink("\(path)/\(name)") }
    try FileManager.default.removeItem(atPath: path + "/checkpoints")
    try save(folder, step: 3)
    #expect(warnings.count == 3, "\(warnings)")
    try folder.appendMetrics(["step": 4])
    #expect(
      try text(of: path + "/metrics.jsonl") == "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"step\":4}\n")
    #expect(try text(of: path + "/samples.jsonl") == "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n")
    #expect(try text(of: path + "/config.yaml").hasSuffix("training: {steps: 3}\n"))
    #expect(
      try temporary.names(in: "run") == [
        ".lock", ".lockstep-run", "checkpoints", "config.yaml", "metrics.jsonl", "samples.jsonl",
      ])
    // At the end too, where no checkpoint follows.
    unlink(path + "/metrics.jsonl")
    unlink(path + "/config.yaml")
    try folder.writeSummary("{}")
    #expect(try text(of: path + "/metrics.jsonl").hasSuffix("{\"step\":4}\n"))
    #expect(try temporary.names(in: "run").contains("config.yaml"))
  }

  @Test("metrics that are replaced while a run goes on are set aside")
  func replaced() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(path: temporary.file("run"))
    try folder.appendMetrics(["step": 1])
    unlink(temporary.file("run/metrics.jsonl"))
    try temporary.write("mine", to: "run/metrics.jsonl")
    try save(folder, step: 1)
    #expect(try text(of: temporary.file("run/metrics.jsonl")) == "{\"step\":1}\n")
    #expect(try text(of: temporary.file("run/metrics.jsonl.superseded")) == "mine")
    unlink(temporary.file("run/metrics.jsonl"))
    try temporary.write("mine too", to: "run/metrics.jsonl")
    try save(folder, step: 2)
    #expect(try text(of: temporary.file("run/metrics.jsonl.superseded")) == "mine")
    #expect(try text(of: temporary.file("run/metrics.jsonl.superseded-2")) == "mine too")
  }

  @Test("a whole run folder that is removed ends the run")
  func folderRemoved() throws {
    let temporary = try TemporaryFolder()
    let folder = try RunFolder(path: temporary.file("run"))
    try folder.writeConfiguration("a: 1\n")
    try FileManager.default.removeItem(atPath: temporary.file("run"))
    #expect(throws: CheckpointError.self) { try save(folder, step: 1) }
    #expect(try temporary.names().isEmpty)
  }

  @Test("interrupted and short writes of metrics are gone on with")
  func interrupted() throws {
    let temporary = try TemporaryFolder()
    let interruptions = Interruptions()
    var calls = interruptions.writing(atMost: 5)
    calls.sync = { descriptor in interruptions.areDue(every: 2) ? -1 : fsync(descriptor) }
    let folder = try RunFolder(path: temporary.file("run"), calls: calls)
    for step in 1...3 { try folder.appendMetrics(["step": .integer(step), "loss": 0.25]) }
    try save(folder, step: 3)
    let lines = (1...3).map { "{\"step\":\($0),\"loss\":0.25}\n" }.joined()
    #expect(try text(of: temporary.file("run/metrics.jsonl")) == lines)
    #expect(interruptions.calls > 20)
  }

  @Test("an old checkpoint that cannot be removed gives one warning, and the run goes on")
  func unremovable() throws {
    let temporary = try TemporaryFolder()
    var calls = SystemCalls()
    calls.remove = { path in
      guard path.hasSuffix("step-00000001.safetensors") else { return unlink(path) }
      errno = EBUSY
      return -1
    }
    let folder = try RunFolder(path: temporary.file("run"), calls: calls)
    var warnings: [String] = []
    folder.warn = { warnings.append($0) }
    for step in 1...5 { try save(folder, step: step, keep: 1) }
    #expect(try folder.checkpoints().map(\.step) == [1, 5])
    #expect(warnings.count == 1 && warnings[0].contains("step-00000001.safetensors"), "\(warnings)")
  }
}
