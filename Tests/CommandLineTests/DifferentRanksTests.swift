import Foundation
import Testing

/// Ranks that were not started alike are refused before they train, with what differs.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct DifferentRanksTests {
  /// Rank 0 with the first program and arguments, rank 1 with the second.
  private func run(_ first: [String], _ second: [String]) throws -> ProcessResult {
    try ChildProcess(
      "/usr/bin/env", ["mpirun", "--oversubscribe", "-np", "1"] + first + [":", "-np", "1"] + second,
      environment: ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
    ).wait()
  }

  @Test("another configuration, and the other data that follow from it, are named setting by setting")
  func configurations() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let train = [Build.lockstep, "train", config, "--run-dir", folder.path("run")]
    let result = try run(train, train + ["--set", "training.batch_size=40", "--set", "data.train_limit=580"])
    #expect(result.exitCode == 2, "\(result.errors)")
    let lines = result.errors.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let host = ProcessInfo.processInfo.hostName
    #expect(
      lines.contains { $0.hasPrefix("training.batch_size: rank 0 (") && $0.hasSuffix(") has 40") },
      "\(host): \(result.errors)")
    #expect(
      lines.contains { $0.hasPrefix("training samples: rank 0 (") && $0.hasSuffix(") has 480") }, "\(result.errors)")
    #expect(!lines.contains { $0.hasPrefix("training.seed") }, "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
  }

  @Test("another command is refused, whichever rank was given it")
  func commands() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let train = [Build.lockstep, "train", config, "--run-dir", folder.path("run")]
    let doctor = [Build.lockstep, "doctor"]
    for (first, second) in [(train, doctor), (doctor, train)] {
      let result = try run(first, second)
      #expect(result.exitCode == 2, "\(result.errors)")
      #expect(result.errors.contains("  command: rank 0 (") && result.errors.contains("doctor"), "\(result.errors)")
    }
  }

  @Test("an option that one rank alone was given wrongly is said by that rank")
  func wrongOption() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let train = [Build.lockstep, "train", config, "--run-dir", folder.path("run")]
    let result = try run(train, train + ["--bogus"])
    #expect(result.exitCode == 2, "\(result.errors)")
    #expect(result.errors.contains("rank 1: Error: Unknown option '--bogus'"), "\(result.errors)")
  }

  @Test("data that lie elsewhere are the same data; other pixels are not")
  func data() throws {
    let folder = try TemporaryFolder()
    for (subfolder, offset) in [("a", 0), ("b", 0), ("c", 1)] {
      for (index, image) in TestImages.pngs(count: 9).dropFirst(offset).prefix(8).enumerated() {
        let directory = folder.path("\(subfolder)/train/class-\(index % 2)")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try image.write(to: URL(fileURLWithPath: "\(directory)/\(index).png"))
      }
    }
    let config = try folder.write(
      """
      data: {dataset: image-folder, normalize: none}
      model: {layers: [flatten, linear: 2]}
      optimizer: {kind: sgd}
      schedule: {kind: constant, rate: 0.01}
      training: {batch_size: 8, steps: 3, shards: 2, seed: 1}
      """, to: "images.yaml")
    func train(_ subfolder: String) -> [String] {
      [
        Build.lockstep, "train", config, "--run-dir", folder.path("run"), "--set",
        "data.path=\(folder.path(subfolder))",
      ]
    }
    let same = try run(train("a"), train("b"))
    #expect(same.exitCode == 0, "\(same.errors)")
    let other = try run(train("a"), train("c"))
    #expect(other.exitCode == 2, "\(other.errors)")
    #expect(other.errors.contains("digest of the training data: rank 0 ("), "\(other.errors)")
  }

  @Test("another build of the program is refused")
  func builds() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    // The linker's note: lengths of owner and content, type 3, the owner's name, then the content.
    var program = try Data(contentsOf: URL(fileURLWithPath: Build.lockstep))
    let head = Data([4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0]) + Data("GNU\0".utf8)
    let note = try #require(program.range(of: head), "the program has no build identifier")
    program[note.upperBound] ^= 1
    let other = folder.path("other")
    try program.write(to: URL(fileURLWithPath: other))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: other)
    // It finds its resources beside itself.
    for name in try FileManager.default.contentsOfDirectory(atPath: Build.folder.path)
    where name.hasSuffix(".resources") {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(name), withDestinationPath: Build.folder.appendingPathComponent(name).path)
    }
    let arguments = ["train", config, "--run-dir", folder.path("run")]
    let result = try run([Build.lockstep] + arguments, [other] + arguments)
    #expect(result.exitCode == 2, "\(result.errors)")
    #expect(result.errors.contains("build: rank 0 ("), "\(result.errors)")
  }
}
