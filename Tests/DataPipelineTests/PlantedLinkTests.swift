import Foundation
import Testing

@testable import DataPipeline

/// Links that somebody else put where this program writes: what they lead to is left alone.
@Suite struct PlantedLinkTests {
  @Test("a lock and an unfinished file are not written through a link", arguments: [true, false])
  func links(symbolic: Bool) throws {
    let folder = try TemporaryFolder()
    let victim = folder.file("victim")
    try "mine".write(toFile: victim, atomically: true, encoding: .utf8)
    func plant(_ name: String) -> String {
      let path = folder.file(name)
      if symbolic { symlink(victim, path) } else { link(victim, path) }
      return path
    }
    FileLock.take(plant("text.tokenizer.lock"), patience: .zero, limit: .zero) { _ in }?.release()
    for appending in [true, false] {
      let path = plant("part-\(appending)")
      do {
        let file = try OutputFile(path, appending: appending)
        try Array("theirs".utf8).withTypedBytes { bytes throws(DataError) in try file.write(bytes) }
        try file.close()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "theirs")
      } catch let error as DataError {
        Issue.record("\(error)")
      }
    }
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
  }

  @Test("an unfinished file is gone on with, or begun anew")
  func unfinished() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.part")
    for (appending, expected) in [(true, "a"), (true, "aa"), (false, "a")] {
      let file = try OutputFile(path, appending: appending)
      try Array("a".utf8).withTypedBytes { bytes throws(DataError) in try file.write(bytes) }
      try file.close()
      #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
    }
  }

  @Test("a path that cannot be looked at is not taken for nothing")
  func looking() throws {
    let folder = try TemporaryFolder()
    symlink("loop", folder.file("loop"))
    #expect(!PathKind.isMissing(folder.file("loop")) && PathKind.isMissing(folder.file("nothing")))
    #expect(throws: DataError.self) { try PathKind(folder.file("loop")) }
    #expect(try PathKind(folder.file("nothing")) == .missing)
  }

  @Test("a named pipe in place of an unfinished file is not written into, nor waited for")
  func pipe() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.part")
    for hasReader in [true, false] {
      try #require(unlink(path) == 0 || errno == ENOENT)
      try #require(mkfifo(path, 0o600) == 0)
      let reader = hasReader ? open(path, O_RDONLY | O_NONBLOCK) : -1
      defer { if reader >= 0 { close(reader) } }
      let file = try OutputFile(path, appending: true)
      try Array("a".utf8).withTypedBytes { bytes throws(DataError) in try file.write(bytes) }
      try file.close()
      try #require(try PathKind(path) == .file(size: 1))
    }
  }

  @Test("of several that want a lock one has it, though each owner removes the file")
  func locks() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("x.lock")
    let first = try #require(FileLock.take(path, patience: .zero, limit: .zero) { _ in })
    let second = try #require(
      FileLock.take(path, patience: .zero, limit: .seconds(10)) { owner in
        #expect(owner.hasPrefix("process \(getpid()) on "))
        first.release()
      })
    #expect(FileLock.take(path, patience: .zero, limit: .zero) { _ in } == nil)
    second.release()
    #expect(folder.files.isEmpty)
  }
}
