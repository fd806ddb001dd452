import Collectives
import JSON

/// A timeline for chrome://tracing and Perfetto.
extension RunProfile {
  /// The content of `timeline.json`, in the Trace Event Format (Google, "Trace Event Format", JSON object form): one process
  /// for each worker, complete events in microseconds since the barrier at the start.
  public var trace: JSON {
    var events: [JSON] = []
    for (index, worker) in workers.enumerated() {
      events.append(metadata("process_name", of: index, ["name": .string("\(name(index)) (\(worker.host))")]))
      events.append(metadata("process_sort_index", of: index, ["sort_index": .integer(index)]))
      let origin = origin(of: worker)
      for span in worker.spans {
        events.append([
          "name": .string(span.phase.name), "ph": "X", "pid": .integer(index), "tid": 0,
          "ts": .number(microseconds(from: origin, to: span.start)),
          "dur": .number(microseconds(from: span.start, to: span.end)), "args": ["step": .integer(span.step + 1)],
        ])
      }
    }
    return ["traceEvents": .array(events), "displayTimeUnit": "ms"]
  }

  private func metadata(_ name: String, of worker: Int, _ arguments: JSON) -> JSON {
    ["name": .string(name), "ph": "M", "pid": .integer(worker), "tid": 0, "args": arguments]
  }

  /// Workers of a host share its clock, and so one origin: the time at which the first of them left the barrier.
  private func origin(of worker: WorkerProfile) -> UInt64 {
    workers.lazy.filter { $0.host == worker.host }.map(\.startTime).min() ?? worker.startTime
  }

  private func microseconds(from start: UInt64, to end: UInt64) -> Double {
    end >= start ? Double(end - start) / 1e3 : -Double(start - end) / 1e3
  }
}
