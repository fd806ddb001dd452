import Foundation
import Testing

/// The first promise: for a given number of shards the weights are equal, bit for bit, on every placement.
@Suite(.serialized, .takingTurns)
struct SameBitsTests {
  /// Where the shards are computed, and how their sums travel.
  struct Placement: CustomTestStringConvertible {
    var threads: Int?
    var ranks: Int?
    /// Ranks on each of two hosts.
    var hosts: [Int]?
    var settings: [String] = []

    var options: [String] { settings.flatMap { ["--set", $0] } + (threads.map { ["--workers", "\($0)"] } ?? []) }
    var testDescription: String {
      let workers =
        threads.map { "\($0) threads" } ?? ranks.map { "\($0) ranks" } ?? hosts.map { "\($0) ranks on two hosts" } ?? ""
      return ([workers] + settings).joined(separator: ", ")
    }
  }

  private static let (apart, tiny) = ("training.overlap=false", "training.bucket_megabytes=0.001")
  /// One copy of the weights, which these networks are too small to have by themselves.
  private static let shared = "training.share_weights=true"

  private static let placements: [Placement] =
    [2, 3, 4, 8].map { Placement(threads: $0) } + [1, 2, 3, 4].map { Placement(ranks: $0) }
    + [
      Placement(threads: 3, settings: [apart]), Placement(threads: 8, settings: [tiny]),
      Placement(ranks: 2, settings: [apart]), Placement(ranks: 3, settings: [tiny]),
      Placement(threads: 2, settings: [shared, apart]), Placement(threads: 3, settings: [shared, tiny]),
      Placement(ranks: 2, settings: [shared, apart]), Placement(ranks: 4, settings: [shared, tiny]),
    ]

  private static let placementsOverHosts = [
    Placement(hosts: [2, 2]), Placement(hosts: [2, 2], settings: [apart]), Placement(hosts: [1, 2], settings: [tiny]),
    Placement(hosts: [2, 2], settings: [shared]), Placement(hosts: [1, 2], settings: [shared, tiny]),
  ]

  /// The placements that a network is trained on: all of them where LOCKSTEP_TEST_ALL is set, and otherwise one in `period`, others
  /// for each network, so that together they have all.
  private static func chosen(_ placements: [Placement], for network: String, oneIn period: Int) -> [Placement] {
    guard ProcessInfo.processInfo.environment["LOCKSTEP_TEST_ALL"] == nil else { return placements }
    let number = SmallRun.laws.keys.sorted().firstIndex(of: network) ?? 0
    return placements.enumerated().filter { $0.offset % period == number % period }.map(\.element)
  }

  /// A run of `placement` that must end like the one of `reference`.
  private func check(
    _ placement: Placement, _ config: String, in folder: TemporaryFolder, as reference: String,
    hosts: FakeCluster? = nil
  ) throws {
    let run = folder.path(UUID().uuidString)
    let arguments = ["train", config, "--run-dir", run, "-q"] + placement.options
    let result =
      if let ranks = placement.ranks {
        try Lockstep.runRanks(ranks, arguments)
      } else if let hosts, let slots = placement.hosts {
        try hosts.startRanks(slots, [Build.lockstep] + arguments).wait(limit: 180)
      } else {
        try Lockstep.run(arguments)
      }
    #expect(result.exitCode == 0, "\(placement.testDescription): \(result.errors)")
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: reference), "\(placement.testDescription)")
    #expect(try SmallRun.metrics(of: run) == SmallRun.metrics(of: reference), "\(placement.testDescription)")
  }

  /// One worker's run, in a folder of the configuration.
  private func reference(_ config: String, in folder: TemporaryFolder) throws -> String {
    let run = folder.path("one")
    let result = try Lockstep.run(["train", config, "--run-dir", run, "-q"])
    try #require(result.exitCode == 0, "\(result.errors)")
    try #require(SmallRun.digest(of: run).count == 64)
    return run
  }

  @Test(
    "threads and ranks in any number, buckets of any size, overlapping or not, weights shared or not",
    arguments: SmallRun.laws.keys.sorted())
  func everyPlacementGivesTheSameWeights(network: String) throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.laws[network] ?? "", to: "small.yaml")
    let one = try reference(config, in: folder)
    for placement in Self.chosen(Self.placements, for: network, oneIn: 8) {
      try check(placement, config, in: folder, as: one)
    }
  }

  @Test(
    "ranks on several hosts", .enabled(if: FakeCluster.problem == nil, "\(FakeCluster.problem ?? "")"),
    arguments: SmallRun.laws.keys.sorted())
  func severalHostsGiveTheSameWeights(network: String) throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.laws[network] ?? "", to: "small.yaml")
    let one = try reference(config, in: folder)
    let hosts = try FakeCluster(hosts: 2)
    for placement in Self.chosen(Self.placementsOverHosts, for: network, oneIn: 5) {
      try check(placement, config, in: folder, as: one, hosts: hosts)
    }
  }

  @Test("a run of workers with a copy of the weights each goes on with one for all, and the other way round")
  func resumesWithOrWithoutSharing() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.configuration, to: "small.yaml")
    let one = try reference(config, in: folder)
    for settings in [["training.share_weights=false", Self.shared], [Self.shared, "training.share_weights=false"]] {
      let run = folder.path(UUID().uuidString)
      let half = ["train", config, "--run-dir", run, "-q", "--set", settings[0], "--set", "training.steps=90"]
      #expect(try Lockstep.run(half + ["--workers", "3"]).exitCode == 0)
      let rest = try Lockstep.runRanks(2, ["train", config, "--run-dir", run, "-q", "--set", settings[1]])
      #expect(rest.exitCode == 0, "\(rest.errors)")
      #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: one), "\(settings)")
    }
  }

  @Test(
    "one worker's run goes on on hosts of one and of two ranks, those with one copy of the weights",
    .enabled(if: FakeCluster.problem == nil, "\(FakeCluster.problem ?? "")"))
  func resumesOnSeveralHosts() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.adaptive, to: "small.yaml")
    let one = try reference(config, in: folder)
    let run = folder.path("half")
    let half = ["train", config, "--run-dir", run, "-q", "--set", "training.steps=90"]
    #expect(try Lockstep.run(half).exitCode == 0)
    let hosts = try FakeCluster(hosts: 2)
    let rest = [Build.lockstep, "train", config, "--run-dir", run, "-q", "--set", Self.shared]
    let result = try hosts.startRanks([1, 2], rest).wait(limit: 180)
    #expect(result.exitCode == 0, "\(result.errors)")
    #expect(try SmallRun.digest(of: run) == SmallRun.digest(of: one))
  }

  /// The last batch of an epoch has 4 samples for 8 shards, so that some workers have none and still take part in every exchange.
  @Test("early stopping ends the network of synchronised layers; statistics of shards give others")
  func synchronisedStatisticsMatter() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(SmallRun.synchronized, to: "synchronized.yaml")
    let one = try reference(config, in: folder)
    #expect(try SmallRun.summary(of: one)["stopped_early"] as? Bool == true)
    let run = folder.path("apart")
    let apart = try Lockstep.run(
      ["train", config, "--run-dir", run, "-q", "--set", "model.layers.1.batch_norm.sync=false"])
    #expect(apart.exitCode == 0, "\(apart.errors)")
    #expect(try SmallRun.digest(of: run) != SmallRun.digest(of: one))
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
