import Collectives
import Foundation

/// Verdict on a profile: the run's bottleneck, and the effect of more workers.
///
/// The bottleneck is the first of these that holds; shares are means over the workers:
///  1. evaluations and checkpoints take 30 % of the time;
///  2. waiting for data takes 15 % of a step;
///  3. some worker waits 10 % of a step for others;
///  4. communication, hidden or not, takes 25 % of a step;
///  5. the optimiser takes 25 % of a step;
///  6. else it is computing.
public struct ProfileVerdict: Sendable, Equatable {
  public enum Limit: String, Sendable {
    case unknown, evaluation, data, waiting, communication, optimizer, computing
  }

  public let limit: Limit
  public let sentences: [String]

  public init(_ profile: RunProfile) {
    let step = profile.milliseconds(RunProfile.stepPhases)
    guard profile.steps > 0, step > 0 else {
      (limit, sentences) = (.unknown, ["too few steps to say anything: the first is never counted"])
      return
    }
    let share = { (phases: [Timeline.Phase]) in profile.milliseconds(phases) / step }
    let aside = profile.milliseconds([.evaluation, .checkpoint])
    let asideShare = aside / profile.milliseconds(Timeline.Phase.allCases)
    let longestWait = profile.workers.indices.map { profile.milliseconds(.waiting, of: $0) / step }.max() ?? 0
    let communication: [Timeline.Phase] = [.hiddenCommunication, .exposedCommunication]

    var sentences: [String] = []
    if asideShare >= 0.3 {
      limit = .evaluation
      sentences.append(
        "evaluation limits this run: with the checkpoints it takes \(percent(asideShare)) of the time; make them rarer "
          + "(evaluation.every_steps, checkpoint.every_steps)")
    } else if share([.data]) >= 0.15 {
      limit = .data
      sentences.append(
        "loading data limits this run: workers wait \(percent(share([.data]))) of a step for their batch, which one helper thread "
          + "a worker prepares; give it a core of its own, data that take less decoding, or fewer augmentations")
    } else if longestWait >= 0.1 {
      limit = .waiting
      sentences.append(Self.waiting(profile, longest: longestWait))
    } else if share(communication) >= 0.25 {
      limit = .communication
      sentences.append(
        "communication limits this run: \(percent(share(communication))) of a step, of it "
          + "\(percent(share([.exposedCommunication]))) after the backward pass; a larger training.batch_size or a "
          + "smaller model requires less of it")
    } else if share([.optimizer]) >= 0.25 {
      limit = .optimizer
      sentences.append(
        "the optimiser limits this run: \(percent(share([.optimizer]))) of a step; a larger "
          + "training.batch_size requires fewer updates")
    } else {
      limit = .computing
      sentences.append(
        "computing limits this run: \(percent(share([.forward, .backward]))) of a step is forward and backward")
    }
    self.sentences = sentences + ScalingEstimate(profile).sentences
  }

  private static func waiting(_ profile: RunProfile, longest: Double) -> String {
    // Lateness there shows which of them had to wait for a core, not which is slow.
    if let crowded = profile.crowdedHost {
      let kind = profile.workersAreRanks ? "ranks" : "workers"
      return
        "\(crowded.workers) \(kind) share \(crowded.cores) core\(crowded.cores == 1 ? "" : "s") of \(crowded.name), "
        + "and wait up to \(percent(longest)) of a step for each other; start no more than there are cores"
    }
    let own: [Timeline.Phase] = [.data, .forward, .backward, .optimizer]
    let times = profile.workers.indices.map { profile.milliseconds(own, of: $0) }
    let slowest = times.indices.max { times[$0] < times[$1] } ?? 0
    let others = (times.reduce(0, +) - times[slowest]) / Double(max(1, times.count - 1))
    guard times[slowest] >= 1.1 * others else {
      return
        "workers are late in turns, and wait up to \(percent(longest)) of a step for each other: other programs on "
        + "their cores do that"
    }
    let name = "\(profile.name(slowest)) (\(profile.workers[slowest].host))"
    let slower =
      "\(name) takes \(percent(times[slowest] / others - 1)) longer than the rest, and others wait up to "
      + "\(percent(longest)) of a step for it"
    let withoutUpdate = profile.workers.indices.map { profile.milliseconds([.data, .forward, .backward], of: $0) }
    let othersWithout = (withoutUpdate.reduce(0, +) - withoutUpdate[slowest]) / Double(times.count - 1)
    let crews = profile.workers.map { worker in profile.workers.count { $0.host == worker.host } }
    if withoutUpdate[slowest] < 1.1 * othersWithout && crews[slowest] < crews.max() ?? 0 {
      return "\(slower): its part of the update is larger, for fewer workers of its machine share the weights; "
        + "start as many on every machine"
    }
    let shards = profile.workers.map(\.shards)
    guard shards[slowest] > shards.min() ?? 0 else {
      return "\(slower): look at its clock rate, its cores and what else runs there"
    }
    return "\(slower): it has \(shards[slowest]) shards, others \(shards.min() ?? 0); take a number of workers that "
      + "divides \(profile.shards)"
  }
}

func percent(_ share: Double) -> String { String(format: "%.0f %%", share * 100) }
