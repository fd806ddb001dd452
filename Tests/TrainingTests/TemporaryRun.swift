import Collectives
import Foundation
import RunSettings
import Testing

@testable import Training

/// A run folder that is gone with the last use of it.
final class TemporaryRun {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")

  var path: String { folder.path }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Trains, or trains on, and gives the digest of the weights.
  func train(_ configuration: RunConfiguration, workers: Int) throws -> String {
    let run = try PreparedRun(configuration, options: RunOptions(runFolder: folder.path))
    let reasons = try ThreadGroup.run(layout: ShardLayout(shards: 4, workers: workers)) { communicator in
      try Trainer(run, communicator: communicator, jobSize: (1, 1), reporter: nil).train()
    }
    try #require(reasons.allSatisfy { $0 == nil })
    let summary = try JSONSerialization.jsonObject(
      with: Data(contentsOf: folder.appendingPathComponent("summary.json")))
    return try #require((summary as? [String: Any])?["weights_sha256"] as? String)
  }
}
