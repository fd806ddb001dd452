import Files
import Foundation
import Testing

@testable import Checkpoints

/// Folders and files that are not a run's: nothing in them is written over or removed.
@Suite struct ForeignFolderTests {
  /// Every file below a folder with what it holds; links by where they lead.
  private func contents(of folder: String) throws -> [String: String] {
    var found: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let path = "\(folder)/\(name)"
      let link = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
      found[name] = link.map { "-> \($0)" } ?? (try? text(of: path)) ?? "folder"
    }
    return found
  }

  private func save(_ folder: RunFolder, step: Int, best: Int? = nil, keep: Int = 2) throws {
    let model = SampleModel(variant: step)
    try folder.save(
      weights: model.weights, state: model.state, metadata: .sample(step: step, best: best), keep: keep)
  }

  @Test(
    "a folder with files of others that have a run's names is refused before anything is written",
    arguments: [
      "config.yaml", "metrics.jsonl", "samples.jsonl", "summary.json", "end.json", "curves.svg", "profile.json",
      "timeline.json", ".lock",
      "checkpoints", "checkpoints/model.pt", "checkpoints/step-00000001.safetensors", ".lockstep-run/x",
    ])
  func foreign(name: String) throws {
    let temporary = try TemporaryFolder()
    let parts = name.split(separator: "/")
    if parts.count > 1 {
      try FileManager.default.createDirectory(
        atPath: temporary.file(String(parts[0])), withIntermediateDirectories: true)
    }
    try temporary.write("mine", to: name)
    for other in ["thesis.partial", ".hidden.partial", ".summary.json.4711.partial"] {
      try temporary.write("mine", to: other)
    }
    let before = try contents(of: temporary.path)
    let error = #expect(throws: CheckpointError.self) { try RunFolder(path: temporary.path) }
    #expect(error?.kind == .incompatible && error?.path == temporary.path)
    #expect(error?.problem.contains(String(parts[0])) == true && error?.hint?.contains("--run-dir") == true)
    #expect(try contents(of: temporary.path) == before)
  }

  @Test("a folder with other files can be used, and keeps them")
  func unrelated() throws {
    let temporary = try TemporaryFolder()
    for folder in ["sub", ".summary.json.17.partial"] {
      try FileManager.default.createDirectory(atPath: temporary.file(folder), withIntermediateDirectories: true)
    }
    let names = [
      "thesis.partial", ".hidden.partial", "sub/a.partial", ".config.yaml.partial", ".config.yaml.x7.partial",
      ".config.yaml.4711.partial", "config.yml", "step-00000001.safetensors", ".summary.json.17.partial/x",
    ]
    for name in names { try temporary.write("mine", to: name) }
    let before = try contents(of: temporary.path)
    do {
      let folder = try RunFolder(path: temporary.path)
      #expect(!folder.wasEmpty)
      // As `--resume never` does.
      folder.discard()
      #expect(try contents(of: temporary.path) == before)
    }
    for round in 1...2 {
      let folder = try RunFolder(path: temporary.path)
      try folder.rewind(to: 0)
      try folder.writeConfiguration("training: {steps: 3}\n")
      try folder.appendMetrics(["step": 1])
      try save(folder, step: round)
      try folder.writeSummary("{}")
    }
    let after = try contents(of: temporary.path)
    // In the second round the folder is the run's, and with it the one name that only a killed run leaves.
    for (name, text) in before where name != ".config.yaml.4711.partial" { #expect(after[name] == text, "\(name)") }
  }

  @Test("a run folder of before there was a mark is known by its checkpoints")
  func earlierVersions() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    do {
      let folder = try RunFolder(path: path)
      try folder.writeConfiguration("training: {steps: 3}\n")
      try folder.appendMetrics(["step": 1])
      try save(folder, step: 1)
      try save(folder, step: 2)
    }
    try FileManager.default.removeItem(atPath: path + "/.lockstep-run")
    try temporary.write("training: {steps: 3}\n", to: "run/config.yaml")
    // The newest is damaged.
    try temporary.write("x", to: "run/checkpoints/step-00000002.safetensors")
    let folder = try RunFolder(path: path)
    #expect(try folder.newestCheckpoint { _ in }?.metadata.step == 1)
    try folder.rewind(to: 1)
    try folder.writeConfiguration("training: {steps: 4}\n")
    #expect(try temporary.names(in: "run").contains(".lockstep-run"))
    #expect(try text(of: path + "/config.yaml").contains("steps: 4"))
  }

  @Test("a configuration that no run wrote, in a folder that is a run's, is set aside")
  func foreignConfiguration() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    do { _ = try RunFolder(path: path) }
    try temporary.write("# mine\n", to: "run/config.yaml")
    let folder = try RunFolder(path: path)
    var warnings: [String] = []
    folder.warn = { warnings.append($0) }
    try folder.writeConfiguration("training: {steps: 3}\n")
    #expect(try text(of: path + "/config.yaml.superseded") == "# mine\n")
    #expect(warnings.count == 1 && warnings[0].contains("config.yaml.superseded"))
    // Its own is written over.
    try folder.writeConfiguration("training: {steps: 4}\n")
    #expect(warnings.count == 1)
    // Another one is set aside beside the first.
    try temporary.write("# mine too\n", to: "run/config.yaml")
    try folder.writeConfiguration("training: {steps: 5}\n")
    #expect(try text(of: path + "/config.yaml.superseded") == "# mine\n")
    #expect(try text(of: path + "/config.yaml.superseded-2") == "# mine too\n")
    #expect(warnings.count == 2 && warnings[1].contains("config.yaml.superseded-2"), "\(warnings)")
  }

  @Test("the file of the configuration is never written over, whatever leads to it")
  func givenConfiguration() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    do { _ = try RunFolder(path: path) }
    let given = try temporary.write("# mine\n", to: "mine.yaml")
    for name in ["config.yaml", "summary.json", "metrics.jsonl"] {
      for isLink in [true, false] {
        let file = "\(path)/\(name)"
        if isLink { symlink(given, file) } else { link(given, file) }
        defer { unlink(file) }
        for spelling in [given, file, path + "/../mine.yaml", path + "/./" + name] {
          let error = #expect(throws: CheckpointError.self) {
            try RunFolder(path: path, configurationFile: spelling)
          }
          #expect(error?.kind == .incompatible && error?.path == file)
        }
      }
    }
    // The effective configuration of the run itself may be given.
    let folder = try RunFolder(path: path, configurationFile: given)
    try folder.writeConfiguration("training: {steps: 3}\n")
    folder.discard()
  }

  @Test("the effective configuration of a run may be given for the same run")
  func ownConfiguration() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    do { try RunFolder(path: path).writeConfiguration("training: {steps: 3}\n") }
    let folder = try RunFolder(path: path, configurationFile: path + "/config.yaml")
    try folder.writeConfiguration("training: {steps: 4}\n")
    #expect(try text(of: path + "/config.yaml").hasSuffix("training: {steps: 4}\n"))
  }

  @Test("the root folder, a dangling link, a file")
  func noPlaceForARun() throws {
    let temporary = try TemporaryFolder()
    symlink("nowhere", temporary.file("dangling"))
    #expect(throws: CheckpointError.self) { try RunFolder(path: temporary.file("dangling")) }
    symlink("loop", temporary.file("loop"))
    #expect(throws: CheckpointError.self) { try RunFolder(path: temporary.file("loop")) }
    for root in ["/", "//", "/..", "/tmp/.."] {
      #expect(throws: CheckpointError.self) { try RunFolder(path: root) }
    }
    #expect(!FileManager.default.fileExists(atPath: "/.lockstep-run"))
  }

  @Test("links instead of a run's files are not followed", arguments: [true, false])
  func links(symbolic: Bool) throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("run")
    let victim = try temporary.write("{\"step\":0}\n", to: "victim")
    func plant(_ name: String) {
      let file = "\(path)/\(name)"
      unlink(file)
      if symbolic { symlink(victim, file) } else { link(victim, file) }
    }
    // Named as the process's own would be in earlier versions, whose names could be guessed.
    let pid = getpid()
    for planted in [
      ".lock", "metrics.jsonl", "samples.jsonl", "config.yaml", "summary.json", ".config.yaml.\(pid).partial",
      ".summary.json.\(pid).partial", "checkpoints/.step-00000001.safetensors.\(pid).partial",
    ] {
      try? FileManager.default.removeItem(atPath: path)
      do { _ = try RunFolder(path: path) }
      plant(planted)
      do {
        let folder = try RunFolder(path: path)
        try folder.rewind(to: 0)
        try folder.writeConfiguration("training: {steps: 3}\n")
        try folder.appendMetrics(["step": 1])
        try folder.appendSample(["step": 1])
        try save(folder, step: 1)
        try folder.writeSummary("{}")
      } catch let error as CheckpointError {
        #expect(error.description.contains("link"), "\(planted): \(error)")
      }
      #expect(try text(of: victim) == "{\"step\":0}\n", "\(planted)")
    }
    // One that appears after the run began.
    try? FileManager.default.removeItem(atPath: path)
    let folder = try RunFolder(path: path)
    plant("metrics.jsonl")
    let error = #expect(throws: CheckpointError.self) { try folder.appendMetrics(["step": 1]) }
    #expect(error?.description.contains("link") == true)
    #expect(try text(of: victim) == "{\"step\":0}\n")
  }

  @Test("a temporary file is not opened where something has its name; the names differ")
  func temporaryNames() throws {
    let temporary = try TemporaryFolder()
    let files = try (0..<20).map { _ in try AtomicFile(path: temporary.file("summary.json")) }
    let names = try temporary.names()
    #expect(names.count == files.count)
    for name in names { #expect(AtomicFile.target(of: name) == "summary.json") }
    for name in [
      "thesis.partial", ".hidden.partial", "..4711.partial", ".a.b.partial", ".a.0123456789abcdeg.partial",
      ".a.12345678901.partial", "a.4711.partial", ".a.4711.partial.x", ".a..partial",
    ] {
      #expect(AtomicFile.target(of: name) == nil, "\(name)")
    }
    #expect(AtomicFile.target(of: ".a.b.4711.partial") == "a.b")
  }
}
