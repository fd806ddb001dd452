import Foundation
import Synchronization
import Testing

/// Somebody else on the machine connects to every port on which ranks listen for each other, as soon as it is there.
@Suite(.serialized, .takingTurns, .timeLimit(.minutes(15)))
struct StrangerTests {
  @Test("strangers who connect to the ranks' listeners neither end a job nor blind its watch")
  func strangersAreOfNoConsequence() throws {
    // How soon a listener is found is up to the machine.
    for _ in 0..<10 {
      let strangers = Strangers()
      defer { strangers.leave() }
      let folder = try TemporaryFolder()
      let config = try folder.write(SmallRun.configuration, to: "small.yaml")
      let run = folder.path("run")
      let child = try Lockstep.startRanks(
        2, ["train", config, "--run-dir", run, "--set", "training.steps=1000000"])
      strangers.come(to: child.processID)
      try child.waitUntil("a checkpoint") {
        (try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints"))?.contains { $0.hasPrefix("step-") }
          ?? false
      }
      let ranks = try RankProcesses.descendants(of: child.processID, running: "lockstep")
      try #require(ranks.count == 2, "found ranks \(ranks)")
      kill(ranks[1], SIGKILL)
      let result = try child.wait(limit: 60)
      #expect(result.errors.contains(try Regex("error: rank 1 \\(\\S+\\) died after step [0-9]+")), "\(result.errors)")
      #expect(!result.errors.contains("cannot connect"), "\(result.errors)")
      #expect(result.exitCode != 0 && result.exitCode != 143)
      if strangers.connections > 0 { return }
    }
    Issue.record("no rank was ever seen to listen on the loopback interface")
  }
}

/// Connections that say nothing to every port of the loopback interface on which processes below another listen.
private final class Strangers: Sendable {
  private let isOver = Atomic(false)
  private let descriptors = Mutex<[Int32]>([])
  private static let crowd = 100

  var connections: Int { descriptors.withLock { $0.count } }

  func come(to parent: Int32) {
    Thread.detachNewThread { [self] in
      var visited: Set<Substring> = []
      while !isOver.load(ordering: .relaxed) {
        for (port, inode) in listeners() where !visited.contains(inode) {
          visited.insert(inode)
          if (try? isOwn(inode, below: parent)) == true { visit(port) }
        }
        usleep(200)
      }
    }
  }

  /// Ends all connections.
  func leave() {
    isOver.store(true, ordering: .relaxed)
    descriptors.withLock { all in
      for descriptor in all { close(descriptor) }
      all = []
    }
  }

  /// Lines of /proc/net/tcp: number, own address, other address, state (0A: listens), …, inode as the tenth.
  private func listeners() -> [(port: UInt16, inode: Substring)] {
    let table = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
    return table.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 9, words[3] == "0A", words[1].hasPrefix("0100007F:") else { return nil }
      return UInt16(words[1].dropFirst(9), radix: 16).map { ($0, words[9]) }
    }
  }

  private func isOwn(_ inode: Substring, below parent: Int32) throws -> Bool {
    let files = FileManager.default
    return try RankProcesses.descendants(of: parent, running: "lockstep").contains { process in
      let folder = "/proc/\(process)/fd"
      return ((try? files.contentsOfDirectory(atPath: folder)) ?? []).contains {
        (try? files.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == "socket:[\(inode)]"
      }
    }
  }

  private func visit(_ port: UInt16) {
    for _ in 0..<Self.crowd {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_port = port.bigEndian
      name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let code = withUnsafePointer(to: &name) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard code == 0 else {
        close(descriptor)
        return
      }
      descriptors.withLock { $0.append(descriptor) }
    }
  }
}
