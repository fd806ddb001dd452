import Foundation
import Testing

@testable import RunSettings

@Suite struct ConfigurationReferenceTests {
  private static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  @Test func thePageIsWhatTheSchemaSays() throws {
    let page = Self.root.appendingPathComponent("docs/configuration.md")
    if ProcessInfo.processInfo.environment["LOCKSTEP_WRITE_REFERENCE"] != nil {
      try FileManager.default.createDirectory(
        at: page.deletingLastPathComponent(), withIntermediateDirectories: true)
      try ConfigurationReference.markdown().write(to: page, atomically: true, encoding: .utf8)
    }
    let written = try String(contentsOf: page, encoding: .utf8)
    #expect(
      written == ConfigurationReference.markdown(),
      "run LOCKSTEP_WRITE_REFERENCE=1 swift test --filter ConfigurationReferenceTests")
  }

  @Test func thePageNamesEveryKeyOfAnEffectiveConfiguration() throws {
    let page = ConfigurationReference.markdown()
    for (path, _) in RunConfiguration(model: .layers([.flatten])).settings() {
      let key = path.split(separator: ".").last { Int($0) == nil } ?? ""
      #expect(page.contains("`\(key)`"), "\(path)")
    }
  }

  @Test func theExamplesOfThePageAreValid() throws {
    let blocks = ConfigurationReference.markdown().components(separatedBy: "```yaml\n").dropFirst()
    #expect(blocks.count == 3)
    for block in blocks {
      let example = block.components(separatedBy: "```")[0]
      #expect(throws: Never.self) { try RunConfiguration.parse(text: example, fileName: "example") }
    }
  }
}
