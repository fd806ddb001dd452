import Glibc

/// Keeps a second run from writing to a folder. The system lets go of it when the process ends, however it ends.
final class FolderLock {
  static let name = ".lock"

  private let descriptor: Int32

  init(folder: String) throws(CheckpointError) {
    let path = Paths.join(folder, Self.name)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system(.unwritable, path: folder, action: "write to the run folder") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      guard code == EWOULDBLOCK else {
        throw .system(.unwritable, path: path, action: "lock the run folder", code: code)
      }
      throw CheckpointError(
        .locked, path: folder, "another run is writing to this folder (\(holder))",
        hint: "wait for it to end or choose another folder (--run-dir)")
    }
    noteHolder()
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// What the holder wrote: its process and host.
  private var holder: String {
    withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer in
      let count = pread(descriptor, buffer.baseAddress, buffer.count, 0)
      let text = String(decoding: buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      return text.isEmpty ? "unknown process" : text
    }
  }

  /// For the message above only, so a failure does not matter.
  private func noteHolder() {
    var name = [UInt8](repeating: 0, count: 256)
    let isNamed = name.withUnsafeMutableBytes { buffer in
      buffer.bindMemory(to: CChar.self).baseAddress.map { gethostname($0, buffer.count - 1) == 0 } ?? false
    }
    let host = isNamed ? String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) : "unknown"
    var text = "process \(getpid()) on \(host)\n"
    guard ftruncate(descriptor, 0) == 0 else { return }
    text.withUTF8 { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }
}
