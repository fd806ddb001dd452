import Collectives

/// Time spent waiting at barriers.
///
/// Within a node a worker sees for whom it waits. Between nodes it sees only that messages are not there yet. So in every
/// step, what a worker spends on synchronising with the others (exposed communication and waiting) beyond the one that spends least, who is the
/// last to come, is waiting. How much that is, is known of the steps whose spans are kept; the rest of the run is taken to be like them.
extension WorkerProfile {
  static func countingLateness(_ workers: [WorkerProfile]) -> [WorkerProfile] {
    // Steps that all have, without the first, which is not counted.
    let steps = workers.map { $0.synchronizationTimes() }
    let common = steps[0].keys.sorted().dropFirst().filter { step in steps.allSatisfy { $0[step] != nil } }
    let least = common.map { step in steps.compactMap { $0[step] }.min() ?? 0 }
    return zip(workers, steps).map { worker, synchronization in
      var worker = worker
      let times = common.compactMap { synchronization[$0] }
      let kept = times.reduce(0, +)
      let beyond = zip(times, least).reduce(0) { $0 + $1.0 - $1.1 }
      let time = worker[.exposedCommunication] + worker[.waiting]
      let late = kept > 0 ? time * Double(beyond) / Double(kept) : 0
      worker[.waiting] = max(worker[.waiting], late)
      worker[.exposedCommunication] = time - worker[.waiting]
      return worker
    }
  }

  /// Nanoseconds of synchronising with the others in each step whose spans are kept.
  private func synchronizationTimes() -> [Int: UInt64] {
    spans.reduce(into: [:]) { times, span in
      let isSynchronizing = span.phase == .exposedCommunication || span.phase == .waiting
      times[span.step, default: 0] += isSynchronizing ? span.end - span.start : 0
    }
  }
}
