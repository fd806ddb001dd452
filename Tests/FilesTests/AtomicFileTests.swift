import Files
import Foundation
import Testing

private typealias AtomicFile = Files.AtomicFile<FileProblem>

@Suite struct AtomicFileTests {
  @Test("nothing has the name before the file is complete", arguments: [true, false])
  func complete(isDurable: Bool) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "x")
    let file = try AtomicFile(path: path)
    try file.append(Array("???".utf8))
    try file.append([UInt8](repeating: 0x61, count: 3 << 20))
    try file.replaceBeginning(with: Array("new".utf8))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    try file.commit(isDurable: isDurable)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "new" + String(repeating: "a", count: 3 << 20))
    #expect(folder.names == ["x"])
  }

  @Test func aFileThatIsGivenUpLeavesNothing() throws {
    let folder = try TemporaryFolder()
    _ = try { try AtomicFile(path: folder.file("x")).append([1, 2]) }()
    #expect(folder.names.isEmpty)
  }

  @Test("flushed bytes are at the temporary path")
  func flushed() throws {
    let folder = try TemporaryFolder()
    let file = try AtomicFile(path: folder.file("x"))
    try file.append([7])
    try file.flushBuffer()
    #expect(try ReadableFile<FileProblem>.contents(of: file.temporaryPath) == [7])
  }

  @Test("temporary names are recognised, others are not")
  func names() {
    for (name, target) in [
      (".x.0123456789abcdef.partial", "x"), (".a.b.0123456789abcdef.partial", "a.b"), (".x.4711.partial", "x"),
      ("x.0123456789abcdef.partial", nil), (".x.0123456789ABCDEF.partial", nil), (".x.partial", nil),
      (".0123456789abcdef.partial", nil), (".x.0123456789abcdef", nil), (".x.12345678901.partial", nil),
    ] as [(String, String?)] {
      #expect(AtomicFile.target(of: name) == target, "\(name)")
    }
  }

  @Test("files that killed processes left are removed, those that others are writing stay")
  func leftovers() throws {
    let folder = try TemporaryFolder()
    let file = try AtomicFile(path: folder.file("x"))
    _ = try folder.write("", to: ".y.0123456789abcdef.partial")
    AtomicFile.removeLeftovers(of: folder.file("x"), untouchedFor: 600)
    #expect(folder.names.count == 2)
    AtomicFile.removeLeftovers(of: folder.file("x"), untouchedFor: 0)
    #expect(folder.names == [".y.0123456789abcdef.partial"])
    #expect(throws: FileProblem.self) { try file.commit() }
  }
}
