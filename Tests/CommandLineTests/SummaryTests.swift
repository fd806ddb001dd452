import Foundation
import Testing

/// `lockstep summary`.
@Suite struct SummaryTests {
  private let folder: TemporaryFolder
  private let config: String

  init() throws {
    folder = try TemporaryFolder()
    config = try folder.write(SmallRun.configuration, to: "small.yaml")
  }

  @Test func textAndJSON() throws {
    let text = try Lockstep.run(["summary", config])
    #expect(text.exitCode == 0 && text.output.contains("multiply-adds"), "\(text)")
    let json = try Lockstep.run(["summary", config, "--json", "--workers", "2"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let layers = try #require(object["layers"] as? [[String: Any]])
    let parameters = layers.compactMap { $0["parameters"] as? Int }
    #expect(parameters.count == layers.count && parameters.reduce(0, +) == object["parameters"] as? Int)
    #expect(layers.allSatisfy { $0["output_shape"] is [Int] && $0["kind"] is String && $0["path"] is String })
    let memory = try #require(object["memory_bytes"] as? [String: Int])
    #expect(memory["total"] ?? 0 > memory["activations"] ?? 0)
  }

  @Test func mistakes() throws {
    let workers = try Lockstep.run(["summary", config, "--workers", "0"])
    #expect(workers.exitCode == 2 && workers.errors.contains("at least one worker is required"), "\(workers)")
    let many = try Lockstep.run(["summary", config, "--workers", "4000"])
    #expect(many.exitCode == 2, "\(many)")
    let missing = try Lockstep.run(["summary", folder.path("none.yaml")])
    #expect(missing.exitCode == 2 && missing.errors.contains("none.yaml"), "\(missing)")
  }
}
