import Collectives

/// Time spent waiting at barriers.
///
/// Within a node a worker knows for whom it waits; between nodes it knows only that messages have not arrived. So in every step,
/// the worker that spends least on synchronisation (exposed communication and waiting) counts as the last to arrive, and the
/// excess of the others as waiting. It is measured in the steps whose spans are kept, and extrapolated to the rest of the run.
extension WorkerProfile {
  static func countingLateness(_ workers: [WorkerProfile]) -> [WorkerProfile] {
    // Steps that all workers have, without the first, which is not counted.
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

  /// Nanoseconds of synchronisation in each step whose spans are kept.
  private func synchronizationTimes() -> [Int: UInt64] {
    spans.reduce(into: [:]) { times, span in
      let isSynchronizing = span.phase == .exposedCommunication || span.phase == .waiting
      times[span.step, default: 0] += isSynchronizing ? span.end - span.start : 0
    }
  }
}
