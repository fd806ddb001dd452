import Files
import Foundation
import Testing

@Suite struct LockTests {
  @Test("a lock is not written through a link", arguments: [true, false])
  func links(symbolic: Bool) throws {
    let folder = try TemporaryFolder()
    let victim = try folder.write("mine", to: "victim")
    let path = folder.file("x.lock")
    try #require((symbolic ? symlink(victim, path) : link(victim, path)) == 0)
    FileLock.take(path, patience: .zero, limit: .zero) { _ in }?.release()
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "mine")
  }

  @Test("one of several has a lock at a time, though each owner removes the file")
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
    #expect(folder.names.isEmpty)
  }

  @Test func theTextOfALock() {
    #expect(LockFile.isOwner("") && LockFile.isOwner("process 7 on node3\n") && !LockFile.isOwner("notes\n"))
  }
}
