import Foundation
import Testing

@testable import Training

/// Every configuration that ships is read.
@Suite struct ConfigurationFilesTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("configs")

  private static var files: [String] {
    let paths = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
    return paths.filter { $0.hasSuffix(".yaml") }.sorted()
  }

  @Test func someShip() {
    #expect(Self.files.contains("quickstart.yaml"))
    #expect(Self.files.contains("bench/mlp-1024x3.yaml"))
    #expect(Self.files.filter { $0.hasPrefix("image-classification/") }.count >= 11)
  }

  @Test(arguments: files)
  func isReadAndComesBackTheSame(_ file: String) throws {
    let path = Self.folder.appendingPathComponent(file).path
    let configuration = try RunConfiguration.load(file: path)
    #expect(try RunConfiguration.parse(text: configuration.effectiveYAML(), fileName: "effective") == configuration)
    #expect((configuration.training.shards == nil) == file.hasPrefix("bench/"), "recipes set shards, benchmarks do not")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("# "), "a recipe begins with what it shows")
    #expect(text.contains("lockstep "), "a recipe says how it is run")
  }
}
