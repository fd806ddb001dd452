import Diagnostics
import JSON
import PlainText

/// Findings of `lockstep doctor`, for people and for programs.
struct DoctorText {
  let examination: Examination
  let member: JobMember

  var text: String { ([versions, table, findings] as [String]).joined(separator: "\n\n") }

  private var kind: String { member.ranks > 1 ? "rank" : "worker" }

  private var versions: String {
    let versions = examination.workers.first?.versions ?? []
    let width = versions.map(\.name.count).max() ?? 0
    return versions.map { "\($0.name.padded(to: width))  \($0.value)" }
      .joined(separator: "\n")
  }

  /// One row for each worker.
  private var table: String {
    let head = [kind, "host", "cores", "of", "quota", "kernels", "own", "threads", "memory", "limit", "/dev/shm free"]
    let rows = examination.workers.enumerated().map { number, facts in
      [
        "\(number)", facts.host, Self.ranges(facts.cores), "\(facts.hostCores)",
        facts.coreQuota.map { Format.decimal($0, 1) } ?? "-", facts.kernels, facts.ownKernels, "\(facts.blasThreads)",
        Self.bytes(facts.availableMemory), Self.bytes(facts.memoryLimit),
        facts.freeSharedMemory == nil
          ? "-" : "\(Self.bytes(facts.freeSharedMemory)) of \(Self.bytes(facts.sharedMemory))",
      ]
    }
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    let lines = ([head] + rows).map { row in
      let cells = zip(row, widths).map { $0.padded(to: $1) }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
    return lines.joined(separator: "\n")
  }

  private var findings: String {
    let found = examination.findings
    let lines = found.map { "\($0.severity.rawValue): \($0.problem)\n  hint: \($0.advice)" }
    let errors = found.filter { $0.severity == .error }.count
    let warnings = found.count - errors
    var last = "collectives of \(examination.workers.count) \(kind)s give the right bits"
    if examination.workers.count == 1 { last = "one \(kind) alone: start it under mpirun to examine several" }
    if found.contains(where: { $0.subject == .collectives }) { last = "collectives do not work here" }
    return (lines + ["\(last); \(errors.counted("error")), \(warnings.counted("warning"))"]).joined(separator: "\n")
  }

  /// One line; the keys are a contract.
  var json: String {
    let workers = examination.workers.enumerated().map { number, facts -> JSON in
      [
        "number": .integer(number),
        "host": .string(facts.host),
        "cores": .array(facts.cores.map { .integer(Int($0)) }),
        "host_cores": .integer(facts.hostCores),
        "core_quota": .number(facts.coreQuota),
        "blas_kernels": .string(facts.kernels),
        "own_kernels": .string(facts.ownKernels),
        "blas_threads": .integer(facts.blasThreads),
        "available_memory_bytes": facts.availableMemory.map { .integer($0) } ?? .null,
        "memory_limit_bytes": facts.memoryLimit.map { .integer($0) } ?? .null,
        "shared_memory_bytes": facts.sharedMemory.map { .integer($0) } ?? .null,
        "shared_memory_free_bytes": facts.freeSharedMemory.map { .integer($0) } ?? .null,
        "versions": .object(facts.versions.map { .init($0.name, .string($0.value)) }),
      ]
    }
    let findings = examination.findings.map { finding -> JSON in
      [
        "severity": .string(finding.severity.rawValue), "subject": .string(finding.subject.rawValue),
        "problem": .string(finding.problem), "advice": .string(finding.advice),
      ]
    }
    let object: JSON = [
      "sound": .bool(!examination.hasErrors), "ranks": .integer(member.ranks), "nodes": .integer(member.nodes),
      "workers": .array(workers), "findings": .array(findings),
    ]
    return object.description
  }

  /// `0-3,6`.
  static func ranges(_ cores: [Int32]) -> String {
    var runs: [ClosedRange<Int32>] = []
    for core in cores {
      if let last = runs.last, last.upperBound + 1 == core {
        runs[runs.count - 1] = last.lowerBound...core
      } else {
        runs.append(core...core)
      }
    }
    let texts = runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    return texts.isEmpty ? "unknown" : texts.joined(separator: ",")
  }

  private static func bytes(_ count: Int?) -> String {
    guard let count else { return "-" }
    return count < 10 << 30 ? "\(count >> 20) MiB" : "\(count >> 30) GiB"
  }
}
