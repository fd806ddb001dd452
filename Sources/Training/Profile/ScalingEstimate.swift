import Collectives
import Foundation

/// Estimated time of a step with twice the workers, each with a core of its own, at the same batch.
///
/// A simple, optimistic model:
///  - forward and backward shrink as the busiest worker's number of shards does (without `training.shards`: by half);
///  - so does waiting for data; waiting for other workers disappears;
///  - communication grows as the least bytes of an all-reduce do, (n−1)/n (Patarasu and Yuan 2009);
///  - the optimiser takes the same on any number.
struct ScalingEstimate {
  let workers: Int
  let milliseconds: Double
  let speedUp: Double
  let sentences: [String]

  init(_ profile: RunProfile) {
    let now = profile.workers.count
    let step = profile.milliseconds(RunProfile.stepPhases)
    let shards = profile.shards
    workers = profile.shardsAreFixed ? min(2 * now, shards) : 2 * now
    guard workers > now else {
      (milliseconds, speedUp) = (step, 1)
      sentences = ["more workers would have nothing to do: training.shards is \(shards)"]
      return
    }
    let computing = profile.workers.indices.map { profile.milliseconds([.forward, .backward], of: $0) }.max() ?? 0
    let busiest = { (workers: Int) in Double((shards + workers - 1) / workers) }
    let shrunk = profile.shardsAreFixed ? busiest(workers) / busiest(now) : 0.5
    let grown = now > 1 ? (1 - 1 / Double(workers)) / (1 - 1 / Double(now)) : 0
    let communication = profile.milliseconds([.hiddenCommunication, .exposedCommunication])
    let optimizer = profile.milliseconds([.optimizer])
    let split = computing + profile.milliseconds([.data])
    milliseconds = split * shrunk + communication * grown + optimizer
    speedUp = step / milliseconds

    let kind = profile.workersAreRanks ? "ranks" : "workers"
    let prediction = String(
      format: "with %d %@, a core each, a step would take %.3g ms at best instead of %.3g (speed-up %.2f)", workers,
      kind,
      milliseconds, step, speedUp)
    if now == 1 {
      sentences = [prediction + ", without communication: profile two workers to know what that takes"]
    } else {
      let fixed = communication * grown + optimizer
      sentences = [
        prediction
          + String(
            format: "; communication and optimiser, which more %@ do not shrink, would be %.0f %% of it", kind,
            fixed / milliseconds * 100)
      ]
    }
  }
}
