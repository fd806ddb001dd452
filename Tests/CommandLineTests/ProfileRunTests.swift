import Foundation
import Testing

/// `lockstep train --profile`.
@Suite(.serialized, .takingTurns)
struct ProfileRunTests {
  private static let phases = [
    "data", "forward", "backward", "communication hidden", "communication exposed", "waiting for the slowest",
    "optimiser", "evaluation", "checkpoint", "other", "total",
  ]

  private let folder: TemporaryFolder
  private let config: String

  init() throws {
    folder = try TemporaryFolder()
    config = try folder.write(SmallRun.configuration, to: "small.yaml")
  }

  private func json(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.path(path)))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// A table with a column for each of two workers, and a timeline with spans of both.
  private func check(_ output: String, _ run: String, worker: String) throws {
    let lines = output.split(separator: "\n").map(String.init)
    let titles = try #require(
      lines.firstIndex { $0.contains("\(worker) 0") && $0.contains("\(worker) 1") }, "\(output)")
    let rows = lines[(titles + 1)...].prefix(Self.phases.count)
    #expect(zip(rows, Self.phases).allSatisfy { $0.hasPrefix($1 + " ") && $0.split(separator: "%").count == 2 })
    #expect(rows.count == Self.phases.count && lines[titles + rows.count + 1].hasPrefix("→ "), "\(output)")

    let profile = try json(run + "/profile.json")
    #expect(profile["steps"] as? Int == SmallRun.steps - 1)
    #expect(profile["limit"] as? String != nil)
    let workers = try #require(profile["workers"] as? [[String: Any]])
    #expect(workers.map { $0["shards"] as? Int } == [2, 2])
    for worker in workers {
      let times = try #require(worker["milliseconds_per_step"] as? [String: Double])
      #expect(times.count == 10 && times.values.allSatisfy { $0 >= 0 })
      for phase in ["forward", "backward", "optimizer"] { #expect(try #require(times[phase]) > 0) }
    }
    let events = try #require(try json(run + "/timeline.json")["traceEvents"] as? [[String: Any]])
    let spans = events.filter { $0["ph"] as? String == "X" }
    for rank in 0..<2 {
      let own = spans.filter { $0["pid"] as? Int == rank }
      for phase in ["forward", "backward"] {
        let steps = own.filter { $0["name"] as? String == phase }.compactMap { ($0["args"] as? [String: Int])?["step"] }
        #expect(Set(steps) == Set(1...SmallRun.steps), "\(phase) of \(rank)")
      }
      let times = own.compactMap { event -> (Double, Double)? in
        guard let start = event["ts"] as? Double, let duration = event["dur"] as? Double else { return nil }
        return (start, start + duration)
      }
      #expect(times.count == own.count)
      // In microseconds; half a nanosecond is rounding.
      #expect(zip(times, times.dropFirst()).allSatisfy { $0.1 <= $1.0 + 5e-4 })
    }
  }

  @Test("two threads, two ranks: the table, profile.json and timeline.json; the weights are those of a run without")
  func sameWeights() throws {
    let plain = try Lockstep.run(["train", config, "--run-dir", folder.path("plain")])
    #expect(plain.exitCode == 0 && !plain.output.contains("profile"), "\(plain.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("plain/profile.json")))
    let threads = try Lockstep.run(
      ["train", config, "--run-dir", folder.path("threads"), "--profile", "--workers", "2"])
    #expect(threads.exitCode == 0, "\(threads.errors)")
    try check(threads.output, "threads", worker: "worker")
    let ranks = try Lockstep.runRanks(2, ["train", config, "--run-dir", folder.path("ranks"), "--profile"])
    #expect(ranks.exitCode == 0, "\(ranks.errors)")
    try check(ranks.output, "ranks", worker: "rank")
    let digests = try ["plain", "threads", "ranks"].map { try SmallRun.digest(of: folder.path($0)) }
    #expect(digests[0].count == 64 && Set(digests).count == 1)
  }

  @Test("layers that look at the whole batch, and more workers than the table has columns")
  func manyWorkers() throws {
    let config = try folder.write(
      SmallRun.synchronized.replacingOccurrences(of: "shards: 8", with: "shards: 9"), to: "synchronized.yaml")
    let runs = try [["--workers", "1"], ["--workers", "9", "--profile"]].enumerated().map { index, options in
      let run = folder.path("run\(index)")
      let result = try Lockstep.run(
        ["train", config, "--run-dir", run, "--set", "training.epochs=2", "--set", "training.early_stopping=null"]
          + options)
      #expect(result.exitCode == 0, "\(result.errors)")
      return (output: result.output, digest: try SmallRun.digest(of: run))
    }
    #expect(runs[0].digest.count == 64 && runs[0].digest == runs[1].digest)
    let lines = runs[1].output.split(separator: "\n").map { $0.split(separator: " ") }
    #expect(lines.contains(["least", "median", "largest"]), "\(runs[1].output)")
    let exposed = try #require(lines.first { $0.starts(with: ["communication", "exposed"]) })
    #expect(exposed.filter { $0 == "%" }.count == 3 && exposed[2] != "0.000")
  }

  @Test("a run that is complete keeps its profile when it is started again")
  func startedAgain() throws {
    let run = ["train", config, "--run-dir", folder.path("run"), "--profile", "--set", "training.steps=20"]
    #expect(try Lockstep.run(run).exitCode == 0)
    #expect(try json("run/profile.json")["steps"] as? Int == 19)
    #expect(try Lockstep.run(run).exitCode == 0)
    #expect(try json("run/profile.json")["steps"] as? Int == 19)
  }

  @Test("a run that is stopped has a profile of its part; only train has the option")
  func stopped() throws {
    let run = folder.path("run")
    let result = try Lockstep.run(
      ["train", config, "--run-dir", run, "--profile", "--time-limit", "1", "--set", "training.steps=1000000"])
    #expect(result.exitCode == 143, "\(result.errors)")
    #expect(result.output.contains("\n→ "), "\(result.output)")
    #expect(try json("run/timeline.json")["traceEvents"] != nil)
    #expect(try Lockstep.run(["bench", "step", config, "--profile"]).exitCode == 2)
  }
}
