import Files
import Foundation
import Testing

private typealias Paths = FilePaths<FileProblem>

@Suite struct FilePathsTests {
  @Test func namesOfPaths() {
    #expect("a".appendingPath("b") == "a/b" && "a/".appendingPath("b") == "a/b" && "".appendingPath("b") == "b")
    #expect("a".appendingPath("/b") == "/b" && "/".appendingPath("b") == "/b")
    #expect("/a/b".lastPathComponent == "b" && "b".lastPathComponent == "b" && "a/b/".lastPathComponent == "b")
    #expect("/a/b".parentFolder == "/a" && "/a".parentFolder == "/" && "a".parentFolder == ".")
  }

  @Test func kinds() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("abc", to: "file")
    try #require(symlink(file, folder.file("link")) == 0 && mkfifo(folder.file("pipe"), 0o600) == 0)
    #expect(try Paths.kind(of: file) == .file && Paths.size(of: file) == 3)
    #expect(try Paths.kind(of: folder.path) == .folder && Paths.size(of: folder.path) == nil)
    #expect(try Paths.kind(of: folder.file("pipe")) == .other)
    #expect(try Paths.kind(of: folder.file("link")) == .file)
    #expect(try Paths.kind(of: folder.file("link"), followingLinks: false) == .link)
    #expect(try Paths.kind(of: folder.file("nothing")) == nil && Paths.kind(of: file + "/below") == nil)
  }

  @Test("a path that cannot be looked at is not taken for nothing")
  func looking() throws {
    let folder = try TemporaryFolder()
    symlink("loop", folder.file("loop"))
    #expect(!Paths.isMissing(folder.file("loop")) && Paths.isMissing(folder.file("nothing")))
    #expect(throws: FileProblem.self) { try Paths.kind(of: folder.file("loop")) }
  }

  @Test func folders() throws {
    let folder = try TemporaryFolder()
    try Paths.createFolder(folder.file("a/b/c"))
    try Paths.createFolder(folder.file("a/b/c"))
    _ = try folder.write("", to: "a/x")
    #expect(try Paths.names(in: folder.file("a")) == ["b", "x"])
    #expect(try !Paths.makeFolder(folder.file("a")))
    let error = #expect(throws: FileProblem.self) { try Paths.createFolder(folder.file("a/x/y")) }
    #expect(error?.kind == .unwritable && error?.code == ENOTDIR)
    #expect(throws: FileProblem.self) { try Paths.names(in: folder.file("nothing")) }
  }

  @Test("a file is read or mapped; a pipe is neither, nor waited for")
  func reading() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("abc", to: "file")
    #expect(try ReadableFile<FileProblem>.contents(of: file) == Array("abc".utf8))
    let mapped = try MappedFile<FileProblem>(path: file)
    #expect(mapped.bytes.elementsEqual("abc".utf8))
    #expect(try MappedFile<FileProblem>(path: folder.write("", to: "empty")).bytes.isEmpty)
    #expect(throws: FileProblem(.damaged, path: file, "the file ends at byte 3, more was expected")) {
      try ReadableFile<FileProblem>(path: file).bytes(1..<4)
    }
    try #require(mkfifo(folder.file("pipe"), 0o600) == 0)
    #expect(throws: FileProblem.self) { try MappedFile<FileProblem>(path: folder.file("pipe")) }
    #expect(throws: FileProblem.self) { try ReadableFile<FileProblem>(path: folder.file("pipe")) }
  }
}
