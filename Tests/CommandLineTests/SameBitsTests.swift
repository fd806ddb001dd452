import Foundation
import Testing

/// The first promise: for a given number of shards the weights are equal, bit for bit, on every spread.
@Suite(.serialized)
struct SameBitsTests {
  @Test("threads and ranks in any number, and a resume with another number, give one digest")
  func everySpreadGivesTheSameWeights() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")

    let reference = folder.path("one")
    let first = try Lockstep.run(["train", config, "--run-dir", reference, "-q"])
    try #require(first.exitCode == 0, "\(first.errors)")
    let expected = try SmallRun.digest(of: reference)
    #expect(expected.count == 64)

    for workers in [2, 3, 4] {
      let run = folder.path("threads-\(workers)")
      let result = try Lockstep.run(["train", config, "--workers", "\(workers)", "--run-dir", run, "-q"])
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(try SmallRun.digest(of: run) == expected, "\(workers) threads")
      #expect(try SmallRun.metrics(of: run) == SmallRun.metrics(of: reference), "\(workers) threads")
    }
    for ranks in [1, 2, 3, 4] {
      let run = folder.path("ranks-\(ranks)")
      let result = try Lockstep.runRanks(ranks, ["train", config, "--run-dir", run, "-q"])
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(try SmallRun.digest(of: run) == expected, "\(ranks) ranks")
      #expect(try SmallRun.metrics(of: run) == SmallRun.metrics(of: reference), "\(ranks) ranks")
    }
  }

  /// The last batch of an epoch has 4 samples for 8 shards, so that some workers have none and still meet the others.
  @Test("whole-batch normalisation, clipping, early stopping and a short last batch: one digest on every spread")
  func everySpreadGivesTheSameSynchronizedWeights() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.synchronized, to: "synchronized.yaml")
    let reference = folder.path("one")
    let first = try Lockstep.run(["train", config, "--run-dir", reference, "-q"])
    try #require(first.exitCode == 0, "\(first.errors)")
    let expected = try SmallRun.digest(of: reference)
    #expect(try SmallRun.summary(of: reference)["stopped_early"] as? Bool == true)

    for workers in [2, 3, 8] {
      let run = folder.path("threads-\(workers)")
      let result = try Lockstep.run(["train", config, "--workers", "\(workers)", "--run-dir", run, "-q"])
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(try SmallRun.digest(of: run) == expected, "\(workers) threads")
      #expect(try SmallRun.metrics(of: run) == SmallRun.metrics(of: reference), "\(workers) threads")
    }
    for ranks in [2, 3] {
      let run = folder.path("ranks-\(ranks)")
      let result = try Lockstep.runRanks(ranks, ["train", config, "--run-dir", run, "-q"])
      #expect(result.exitCode == 0, "\(result.errors)")
      #expect(try SmallRun.digest(of: run) == expected, "\(ranks) ranks")
      #expect(try SmallRun.metrics(of: run) == SmallRun.metrics(of: reference), "\(ranks) ranks")
    }
    let run = folder.path("apart")
    let apart = try Lockstep.run(
      ["train", config, "--run-dir", run, "-q", "--set", "model.layers.1.batch_norm.sync=false"])
    #expect(apart.exitCode == 0, "\(apart.errors)")
    #expect(try SmallRun.digest(of: run) != expected)
  }

  @Test("another seed gives other weights, so that equal digests mean something")
  func anotherSeedDiffers() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let short = ["--set", "training.steps=20"]
    let digests = try ["3", "4"].map { seed in
      let run = folder.path("seed-\(seed)")
      let result = try Lockstep.run(
        ["train", config, "--run-dir", run, "-q", "--set", "training.seed=\(seed)"] + short)
      #expect(result.exitCode == 0, "\(result.errors)")
      return try SmallRun.digest(of: run)
    }
    #expect(digests[0] != digests[1])
  }

  @Test("another number of shards gives other weights: the digest depends on what it should")
  func anotherNumberOfShardsDiffers() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let digests = try ["1", "4"].map { shards in
      let run = folder.path("shards-\(shards)")
      let result = try Lockstep.run(
        ["train", config, "--run-dir", run, "-q", "--set", "training.shards=\(shards)", "--set", "training.steps=20"])
      #expect(result.exitCode == 0, "\(result.errors)")
      return try SmallRun.digest(of: run)
    }
    #expect(digests[0] != digests[1])
  }
}
