import Collectives
import DataPipeline
import Hashing
import Inference
import PlainText
import Tensors

/// A fact that must be equal on all ranks of a job, in the form that an error shows.
public struct JobFact: Sendable, Equatable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

extension Communicator {
  /// Throws, on all workers alike, unless all have the same facts. Collective.
  ///
  /// - Parameters:
  ///   - facts: Facts that must be equal on all workers.
  ///   - name: Name of a worker in the error message.
  public func requireEqual(_ facts: [JobFact], name: (Int) -> String) throws {
    let own = facts.flatMap { [$0.name, $0.value] }.joined(separator: "\0")
    // Usually only these few bytes are sent.
    let digests = try allGather(digest(own))
    guard digests.contains(where: { $0 != digests[0] }) else { return }
    let all = try allGather(Array(own.utf8)).map { bytes in
      let words = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      }
      return stride(from: 0, to: words.count - 1, by: 2).map { JobFact(words[$0], words[$0 + 1]) }
    }
    var differences: [String] = []
    for rank in all.indices.dropFirst() where all[rank] != all[0] {
      let names = all[0].map(\.name) + all[rank].map(\.name).filter { name in !all[0].contains { $0.name == name } }
      for fact in names {
        let (first, other) = (all[0].value(of: fact), all[rank].value(of: fact))
        guard first != other else { continue }
        let (ours, theirs) = excerpts(of: first, and: other)
        differences.append("\(fact): \(name(0)) has \(ours), \(name(rank)) has \(theirs)")
      }
    }
    throw AgreedFailure(
      description: """
        the ranks of this job were not started alike:
        \(differences.map { "  " + $0 }.joined(separator: "\n"))
        give all of them the same program, configuration and data
        """,
      exitCode: 2)
  }
}

/// Two values, one on each line; of long ones, such as the names of a thousand classes, the part around the first difference.
private func excerpts(of first: String, and other: String) -> (String, String) {
  let common = zip(first, other).prefix { $0 == $1 }.count
  let start = max(0, common - 30)
  func excerpt(_ text: String) -> String {
    guard text.count > 200 else { return text.onOneLine }
    let part = text.dropFirst(start).prefix(150)
    return "\(start > 0 ? "…" : "")\(part)\(start + part.count < text.count ? "…" : "")".onOneLine
  }
  return (excerpt(first), excerpt(other))
}

private func digest(_ text: String) -> [UInt8] {
  var hash = SHA256()
  hash.update(text.utf8)
  return hash.finalize()
}

extension [JobFact] {
  fileprivate func value(of name: String) -> String { first { $0.name == name }?.value ?? "none" }
}

extension PreparedRun {
  /// Identity of this run: all settings except the data's location, and digests of the data.
  public func jobFacts() throws -> [JobFact] {
    let settings = configuration.settings().filter { $0.path != "data.path" }
    let profile = JobFact("--profile", options.isProfiled ? "on" : "off")
    return settings.map { JobFact($0.path, $0.value) } + [profile] + (try data.jobFacts())
  }
}

extension TrainedModel {
  /// Its weights, and the data of the evaluation.
  public func jobFacts() throws -> [JobFact] {
    [JobFact("weights_sha256", weightsSHA256)] + (try data.jobFacts())
  }
}

extension DatasetSplits {
  fileprivate func jobFacts() throws -> [JobFact] {
    return [
      JobFact("classes", "\(classNames)"),
      JobFact("training samples", "\(training.count)"),
      JobFact("validation samples", "\(validation?.count ?? 0)"),
      JobFact("test samples", "\(test?.count ?? 0)"),
      JobFact("digest of the training data", String(try contentDigest().prefix(16))),
      JobFact("digest of the test data", String(try testDigest().prefix(16))),
    ]
  }
}
