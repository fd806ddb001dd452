import Foundation
import Testing

@testable import lockstep

@Suite(.timeLimit(.minutes(15))) struct StandardInputLinesTests {
  @Test("an input that was set not to wait is waited for")
  func nonblocking() throws {
    let pipe = Pipe()
    let descriptor = pipe.fileHandleForReading.fileDescriptor
    try #require(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
    var lines = StandardInputLines(of: descriptor)
    Thread.detachNewThread {
      for text in ["on", "e\ntwo"] {
        usleep(50_000)
        pipe.fileHandleForWriting.write(Data(text.utf8))
      }
      try? pipe.fileHandleForWriting.close()
    }
    #expect(try lines.next() == Array("one".utf8))
    #expect(try lines.next() == Array("two".utf8))
    #expect(try lines.next() == nil)
  }

  @Test("an input that cannot be read is no end")
  func unreadable() throws {
    let descriptor = open("/", O_RDONLY)
    defer { close(descriptor) }
    var lines = StandardInputLines(of: descriptor)
    #expect { try lines.next() } throws: { "\($0)" == "the standard input cannot be read: Is a directory" }
  }
}
