import Files
import Foundation
import Testing

@testable import DataPipeline

/// Links that somebody else put where this program writes: what they lead to is left alone.
@Suite struct PlantedLinkTests {
  @Test("a download is not written through a link", arguments: [true, false])
  func links(symbolic: Bool) throws {
    let folder = try TemporaryFolder()
    let victim = folder.file("victim")
    try "mine".write(toFile: victim, atomically: true, encoding: .utf8)
    let path = folder.file("x.part")
    if symbolic { symlink(victim, path) } else { link(victim, path) }
    let file = try PartialDownload(path)
    try Array("theirs".utf8).withTypedBytes { bytes throws(DataError) in try file.write(bytes) }
    try file.close()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "theirs")
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
  }

  @Test("an incomplete download is appended to")
  func unfinished() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.part")
    for expected in ["a", "aa"] {
      let file = try PartialDownload(path)
      try Array("a".utf8).withTypedBytes { bytes throws(DataError) in try file.write(bytes) }
      try file.close()
      #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
    }
  }

  @Test("a named pipe in place of a download is not written into, nor waited for")
  func pipe() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.part")
    for hasReader in [true, false] {
      try #require(unlink(path) == 0 || errno == ENOENT)
      try #require(mkfifo(path, 0o600) == 0)
      let reader = hasReader ? open(path, O_RDONLY | O_NONBLOCK) : -1
      defer { if reader >= 0 { close(reader) } }
      let file = try PartialDownload(path)
      try Array("a".utf8).withTypedBytes { bytes throws(DataError) in try file.write(bytes) }
      try file.close()
      try #require(try Paths.size(of: path) == 1)
    }
  }
}
