import Collectives
import Foundation
import Testing

@testable import Training

/// Conclusions from measured times: the limit, the estimate, the timeline.
struct ProfileTests {
  /// Ten steps of 100 ms: 30 forward, 60 backward, 4 of the optimiser, and what else is said.
  private func worker(_ milliseconds: [Timeline.Phase: Double] = [:], shards: Int = 4) -> WorkerProfile {
    var profile = WorkerProfile()
    (profile.host, profile.shards, profile.steps) = ("node1", shards, 10)
    let usual: [Timeline.Phase: Double] = [.forward: 30, .backward: 60, .optimizer: 4]
    for (phase, value) in usual.merging(milliseconds, uniquingKeysWith: { $1 }) { profile[phase] = value * 10 / 1e3 }
    return profile
  }

  private func profile(_ workers: [WorkerProfile], fixed: Bool = true) -> RunProfile {
    RunProfile(workers: workers, shardsAreFixed: fixed, workersAreRanks: true)
  }

  @Test("each limit is found, and only where its share is reached")
  func limits() {
    let cases: [([Timeline.Phase: Double], ProfileVerdict.Limit)] = [
      ([:], .computing), ([.data: 20], .data), ([.data: 10], .computing), ([.exposedCommunication: 40], .communication),
      ([.hiddenCommunication: 20, .exposedCommunication: 20], .communication),
      ([.exposedCommunication: 20], .computing),
      ([.optimizer: 40], .optimizer), ([.evaluation: 30, .checkpoint: 20], .evaluation),
      ([.evaluation: 20], .computing),
      ([.waiting: 15], .waiting), ([.waiting: 15, .data: 30], .data),
    ]
    for (times, limit) in cases {
      let verdict = ProfileVerdict(profile([worker(times), worker(times)]))
      #expect(verdict.limit == limit, "\(times): \(verdict.sentences)")
      #expect(verdict.sentences.count == 2)
    }
    #expect(ProfileVerdict(profile([WorkerProfile()])).limit == .unknown)
  }

  @Test("a slow rank is named with its slowdown; one with more shards is not taken for slow; jitter names none")
  func slowRank() {
    let fast = worker([.waiting: 18])
    let slow = ProfileVerdict(profile([fast, fast, worker([.backward: 78.8]), fast])).sentences[0]
    #expect(slow.hasPrefix("rank 2 (node1) takes 20 % longer than the rest, and others wait up to 16 % of a step"))
    let loaded = ProfileVerdict(profile([worker([.waiting: 18]), worker([.backward: 78.8], shards: 5)])).sentences[0]
    #expect(loaded.contains("it has 5 shards, others 4; take a number of workers that divides 9"))
    // A host with one rank beside one with two updates all of the shared weights with one.
    var alone = worker([.optimizer: 23])
    alone.host = "node2"
    let uneven = ProfileVerdict(profile([fast, fast, alone])).sentences[0]
    #expect(uneven.contains("rank 2 (node2)") && uneven.hasSuffix("start as many on every machine"), "\(uneven)")
    alone.host = "node1"
    #expect(ProfileVerdict(profile([fast, fast, alone])).sentences[0].contains("look at its clock rate"))
    let jitter = ProfileVerdict(profile([fast, worker([.waiting: 18])])).sentences[0]
    #expect(jitter.hasPrefix("workers are late in turns"))
  }

  @Test("more workers than cores are not taken for a slow one, host by host")
  func crowdedHost() {
    func located(_ host: String, _ cores: [Int32], _ milliseconds: [Timeline.Phase: Double]) -> WorkerProfile {
      var profile = worker(milliseconds)
      (profile.host, profile.cores) = (host, cores)
      return profile
    }
    let waits: [Timeline.Phase: Double] = [.waiting: 18]
    let slow: [Timeline.Phase: Double] = [.backward: 78.8]
    let roomy = located("node1", [0, 1], waits)
    let crowded = [
      roomy, located("node2", [0, 1], waits), located("node2", [0, 1], waits), located("node2", [0, 1], slow),
    ]
    #expect(
      ProfileVerdict(profile(crowded)).sentences[0].hasPrefix(
        "3 ranks share 2 cores of node2, and wait up to 16 % of a step for each other"))
    // Each bound to a core of its own, or the cores unknown: then it is the slow one.
    for cores in [[[2], [3], [4]], [[], [], []]] as [[[Int32]]] {
      let ranks = zip(cores, [waits, waits, slow]).map { located("node2", $0, $1) }
      #expect(ProfileVerdict(profile([roomy] + ranks)).sentences[0].hasPrefix("rank 3 (node2) takes 20 % longer"))
    }
  }

  /// Between nodes a worker does not see for whom it waits. Two ranks that are late in turns: of 10 ms of synchronisation 8 are
  /// waiting for the one that comes last and spends 2.
  @Test("time at a synchronisation point beyond that of the last worker to arrive is waiting, step by step")
  func waitingBetweenNodes() {
    var workers = [worker([.exposedCommunication: 6]), worker([.exposedCommunication: 5, .waiting: 1])]
    for (index, times) in [[90, 10, 2, 10, 2], [1, 2, 10, 2, 10]].enumerated() {
      workers[index].spans = times.enumerated().flatMap { step, time in
        let start = UInt64(step) * 1000
        return [
          Timeline.Span(.backward, step: step, start: start, end: start + 100),
          Timeline.Span(.exposedCommunication, step: step, start: start + 100, end: start + 100 + UInt64(time)),
        ]
      }
    }
    let settled = profile(workers)
    for rank in 0..<2 {
      #expect(abs(settled.milliseconds(.waiting, of: rank) - 4) < 1e-9)
      #expect(abs(settled.milliseconds(.exposedCommunication, of: rank) - 2) < 1e-9)
    }
    // Waiting that was seen stays.
    let seen = profile([worker([.exposedCommunication: 1, .waiting: 5]), worker([.exposedCommunication: 4])])
    #expect(abs(seen.milliseconds(.waiting, of: 0) - 5) < 1e-9)
    #expect(abs(seen.milliseconds(.exposedCommunication, of: 1) - 4) < 1e-9)
  }

  @Test("twice the workers: computing by shards, communication by (n-1)/n, the optimiser as it is")
  func estimate() {
    let two = ScalingEstimate(profile([worker([.exposedCommunication: 6]), worker([.exposedCommunication: 6])]))
    #expect(two.workers == 4)
    #expect(abs(two.milliseconds - (45 + 6 * 1.5 + 4)) < 1e-9)
    #expect(abs(two.speedUp - 100 / 58) < 1e-9)
    // Three shards a worker become two, not one and a half.
    #expect(abs(ScalingEstimate(profile([worker(shards: 3)])).milliseconds - (90 * 2 / 3 + 4)) < 1e-9)
    #expect(abs(ScalingEstimate(profile([worker(shards: 1)], fixed: false)).milliseconds - 49) < 1e-9)
    let none = ScalingEstimate(profile([worker(shards: 1), worker(shards: 1)]))
    #expect(none.sentences == ["more workers would have nothing to do: training.shards is 2"])
  }

  @Test("a profile survives its way to worker 0")
  func words() {
    var profile = worker([.data: 0.1, .waiting: 3], shards: 7)
    profile.startTime = 123_456_789_012
    profile.cores = [0, 5, 1023]
    profile.spans = [
      Timeline.Span(.forward, step: 3, start: 5, end: 9), Timeline.Span(.other, step: 400, start: 9, end: 1 << 60),
    ]
    #expect(WorkerProfile(host: "node1", words: profile.words) == profile)
  }

  @Test("the timeline: a process a rank with its name, microseconds since the start by each host's clock")
  func trace() throws {
    var workers = [worker(), worker(), worker()]
    workers[2].host = "node2"
    for (index, (start, own)) in [(1_000_000, 1_500_000), (1_100_000, 1_600_000), (77_000_000, 77_250_500)].enumerated()
    {
      workers[index].startTime = UInt64(start)
      workers[index].spans = [Timeline.Span(.backward, step: 4, start: UInt64(own), end: UInt64(own) + 2500)]
    }
    let data = Data(profile(workers).trace.description.utf8)
    let trace = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let events = try #require(trace["traceEvents"] as? [[String: Any]])
    let names = events.filter { $0["name"] as? String == "process_name" }
    #expect(names.map { $0["pid"] as? Int } == [0, 1, 2])
    #expect(names.allSatisfy { $0["ph"] as? String == "M" })
    #expect(
      names.map { ($0["args"] as? [String: String])?["name"] } == [
        "rank 0 (node1)", "rank 1 (node1)", "rank 2 (node2)",
      ])
    let spans = events.filter { $0["ph"] as? String == "X" }
    #expect(spans.map { $0["pid"] as? Int } == [0, 1, 2])
    #expect(spans.map { $0["ts"] as? Double } == [500, 600, 250.5])
    #expect(
      spans.allSatisfy {
        $0["dur"] as? Double == 2.5 && $0["name"] as? String == "backward" && $0["tid"] as? Int == 0
          && ($0["args"] as? [String: Int])?["step"] == 5
      })
  }
}
