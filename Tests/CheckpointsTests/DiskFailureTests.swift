import Files
import Glibc
import Testing

@testable import Checkpoints

/// A full disk and a file system that refuses: an error, nothing left behind, what was there is as it was.
@Suite struct DiskFailureTests {
  /// Lets `bytes` bytes through, then has no space left.
  private final class FullDisk {
    var left: Int
    init(_ bytes: Int) { left = bytes }

    var calls: SystemCalls {
      var calls = SystemCalls()
      calls.write = { descriptor, start, count in
        guard self.left > 0 else {
          errno = ENOSPC
          return -1
        }
        let written = write(descriptor, start, min(count, self.left))
        self.left -= written
        return written
      }
      return calls
    }
  }

  private func failure(in folder: TemporaryFolder, _ calls: SystemCalls) -> CheckpointError? {
    let model = SampleModel(variant: 9)
    return #expect(throws: CheckpointError.self) {
      try Checkpoint.write(
        to: folder.file("c"), weights: model.weights, state: model.state, metadata: .sample(step: 2), calls: calls)
    }
  }

  @Test(arguments: [0, 1, 700, 1300])
  func aFullDisk(_ space: Int) throws {
    let folder = try TemporaryFolder()
    try writeSample(to: folder.file("c"), step: 1)
    let before = try bytes(of: folder.file("c"))
    let error = failure(in: folder, FullDisk(space).calls)
    #expect(
      error?.description == """
        \(folder.file("c")): cannot write the file: No space left on device; \
        free some space or choose another folder (--run-dir)
        """)
    #expect(try bytes(of: folder.file("c")) == before)
    #expect(try folder.names() == ["c"])
  }

  @Test func shortWritesAndInterruptionsAreNoErrors() throws {
    let folder = try TemporaryFolder()
    let interruptions = Interruptions()
    let calls = interruptions.writing(atMost: 97)
    let model = SampleModel()
    try Checkpoint.write(
      to: folder.file("slow"), weights: model.weights, state: model.state, metadata: .sample(step: 3), calls: calls)
    try writeSample(to: folder.file("plain"), step: 3)
    #expect(interruptions.calls > 20)
    #expect(try bytes(of: folder.file("slow")) == bytes(of: folder.file("plain")))
  }

  @Test func aDiskThatFailsToFlush() throws {
    let folder = try TemporaryFolder()
    var calls = SystemCalls()
    calls.sync = { _ in
      errno = EIO
      return -1
    }
    let error = failure(in: folder, calls)
    #expect(error?.problem == "cannot flush the file to the disk: Input/output error")
    #expect(try folder.names().isEmpty)
  }

  @Test func aNameThatIsRefused() throws {
    let folder = try TemporaryFolder()
    var calls = SystemCalls()
    calls.rename = { _, _ in
      errno = EACCES
      return -1
    }
    #expect(failure(in: folder, calls)?.problem == "cannot give the finished file its name: Permission denied")
    #expect(try folder.names().isEmpty)
  }

  @Test func aFolderThatIsNotThere() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: CheckpointError.self) { try writeSample(to: folder.file("absent/c")) }
    #expect(error?.kind == .unwritable)
    #expect(try folder.names().isEmpty)
  }

  /// The data are on the disk before the name is, and the name is flushed too.
  @Test func flushesBeforeAndAfterTheRename() throws {
    let folder = try TemporaryFolder()
    var order: [String] = []
    var calls = SystemCalls()
    calls.sync = {
      order.append("sync")
      return fsync($0)
    }
    calls.rename = {
      order.append("rename")
      return rename($0, $1)
    }
    let model = SampleModel()
    try Checkpoint.write(
      to: folder.file("c"), weights: model.weights, state: model.state, metadata: .sample(step: 1), calls: calls)
    #expect(order == ["sync", "rename", "sync"])
  }
}
