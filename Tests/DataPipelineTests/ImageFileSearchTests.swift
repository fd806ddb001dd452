import Foundation
import Testing

@testable import DataPipeline

/// Image files are found in folders, in one order.
struct ImageFileSearchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func found(_ arguments: String...) throws -> [String] {
    try ImageFileSearch(arguments.map { folder.path + "/" + $0 }).paths.map {
      $0.replacing(folder.path + "/", with: "")
    }
  }

  @Test("by the bytes of whole paths, all folders below included, arguments in their order")
  func order() throws {
    let image = Fixtures.png(height: 3, width: 2, value: 7)
    for name in ["x/a/2.png", "x/a/10.PNG", "x/a-b.png", "x/a.png", "x/Z.png", "x/é.png", "x/a/b/c/deep", "y.png"] {
      try folder.write(image, to: name)
    }
    for name in ["x/.hidden.png", "x/.trash/1.png", "x/Thumbs.db", "x/a/desktop.ini"] {
      try folder.write(image, to: name)
    }
    let below = ["x/Z.png", "x/a-b.png", "x/a.png", "x/a/10.PNG", "x/a/2.png", "x/a/b/c/deep", "x/é.png"]
    #expect(try found("x") == below)
    #expect(try found("y.png", "x", "y.png") == ["y.png"] + below + ["y.png"])
  }

  @Test("links to files are followed, links to folders are not; other files are reported")
  func others() throws {
    try folder.write(Fixtures.png(height: 3, width: 2, value: 7), to: "x/1.png")
    try folder.write([0, 0, 0, 24] + Array("ftypheic".utf8), to: "x/note")
    try folder.write(Array("text".utf8), to: "x/b/read.me")
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: folder.path + "/x/b/round", withDestinationPath: "..")
    try manager.createSymbolicLink(atPath: folder.path + "/x/b/2.png", withDestinationPath: "../1.png")
    let search = try ImageFileSearch([folder.path + "/x"])
    #expect(search.paths.map { $0.replacing(folder.path, with: "") } == ["/x/1.png", "/x/b/2.png"])
    let omitted = search.report.omissions.map { $0.path.replacing(folder.path, with: "") }
    #expect(Set(omitted).isSuperset(of: ["/x/b/read.me", "/x/b/round"]))
    #expect(search.report.sentences.contains { $0.contains("links to folders, which are not followed") })
  }

  @Test("nothing to be found is an error that says what is there instead")
  func nothing() throws {
    try folder.write(Array("text".utf8), to: "x/read.me")
    #expect(throws: DataError.self) { try ImageFileSearch([folder.path + "/none"]) }
    let error = #expect(throws: DataError.self) { try ImageFileSearch([folder.path + "/x"]) }
    #expect(error?.problem == "has no image files (1 left out: files that are no images (\(folder.path)/x/read.me))")
    #expect(error?.isWrongUse == true)
  }
}
