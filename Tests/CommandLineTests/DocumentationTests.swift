import Foundation
import Testing

/// The pages' links, the README's length, and the rule of sentences in CONTRIBUTING.md.
@Suite struct DocumentationTests {
  private static let root =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let pages =
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] + files(in: "docs", withExtensions: ["md"])

  /// Paths below the root, sorted.
  private static func files(in folder: String, withExtensions extensions: Set<String>) -> [String] {
    let found = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?.compactMap {
      $0 as? String
    }
    return (found ?? []).filter { extensions.contains(($0 as NSString).pathExtension) }.map { "\(folder)/\($0)" }
      .sorted()
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// Anchors of a page's headings, as GitHub makes them.
  private static func anchors(_ text: String) -> Set<String> {
    let headings = text.split(separator: "\n").filter { $0.wholeMatch(of: /#{1,6} .+/) != nil }
    return Set(
      headings.map { heading in
        let title = heading.drop { $0 == "#" }.dropFirst().lowercased()
        return String(title.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }).replacing(" ", with: "-")
      })
  }

  @Test("links lead to files and headings", arguments: pages) func links(page: String) throws {
    let text = try Self.text(page)
    for link in text.matches(of: /\]\(([^)\s]+)\)/).map({ String($0.1) }) where !link.contains("://") {
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let folder = (page as NSString).deletingLastPathComponent
      let target =
        parts[0].isEmpty ? page : ((folder as NSString).appendingPathComponent(parts[0]) as NSString).standardizingPath
      let exists = FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(target).path)
      #expect(exists, "\(page): no file for \(link)")
      guard exists, parts.count == 2 else { continue }
      #expect(Self.anchors(try Self.text(target)).contains(parts[1]), "\(page): no heading for \(link)")
    }
  }

  @Test("a heading's anchor is GitHub's")
  func anchor() {
    #expect(
      Self.anchors("# Two hosts at 1 Gbit/s: `C` and Swift\ntext\n#no heading") == ["two-hosts-at-1-gbits-c-and-swift"])
  }

  @Test("the README has at most 130 lines")
  func readme() throws {
    let lines = try Self.text("README.md").split(separator: "\n", omittingEmptySubsequences: false).count - 1
    #expect(lines > 50 && lines <= 130)
  }

  @Test("doc comments name the thing first, and messages say requires")
  func sentences() throws {
    let paths = ["Sources", "Tests"].flatMap { Self.files(in: $0, withExtensions: ["swift", "c", "h"]) }
    #expect(paths.count > 200)
    for path in paths {
      var previous = ""
      for (index, line) in try Self.text(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let comment = line.drop { $0 == " " }
        // The beginning of a doc comment or of a paragraph in one.
        let begins = comment.hasPrefix("/// ") && (!previous.hasPrefix("///") || previous == "///")
        #expect(
          !begins || comment.firstMatch(of: /^\/\/\/ (What|Who|Those|Whoever)\b/) == nil,
          "\(path):\(index + 1): name the thing first: \(comment)")
        #expect(
          !path.hasPrefix("Sources/") || comment.hasPrefix("//") || comment.firstMatch(of: /\bwants?\b/) == nil,
          "\(path):\(index + 1): say requires: \(comment)")
        previous = String(comment)
      }
    }
  }
}
