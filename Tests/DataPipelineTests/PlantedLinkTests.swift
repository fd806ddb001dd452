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
    #expect(PathKind(folder.file("loop")) != .missing)
    #expect(PathKind(folder.file("nothing")) == .missing)
  }
}
