import CSharedMemory
import Glibc

/// Memory that processes of one machine share, reserved before it is used: to write to it never fails later.
///
/// Not `MPI_Win_allocate_shared`: that hands out windows of /dev/shm whether they fit or not, and whoever writes to one
/// that does not ends with SIGBUS.
final class SharedMemory {
  let start: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Why there is none.
  struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ action: String, _ code: Int32) { description = "\(action): \(String(cString: strerror(code)))" }
  }

  /// Open until the others have opened it too.
  private var file: Int32

  /// New memory, all zeros.
  init(byteCount: Int) throws(Failure) {
    let file = csm_create(byteCount)
    guard file >= 0 else { throw Failure("no \(byteCount / 1024) KiB of shared memory", -file) }
    (self.file, self.byteCount) = (file, byteCount)
    start = try Self.map(file, byteCount)
  }

  /// The memory that another process of this machine made under this name and still holds open.
  init(named name: String, byteCount: Int) throws(Failure) {
    let parts = name.split(separator: " ", maxSplits: 1).map(String.init)
    let (path, identity) = (parts.first ?? "", parts.last ?? "")
    file = Glibc.open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw Failure("cannot open another rank's shared memory (\(path))", errno) }
    self.byteCount = byteCount
    // With a process namespace for each rank the path leads elsewhere.
    guard Self.identity(of: file) == identity else {
      close(file)
      throw Failure("\(path) is not the memory of that rank", ESTALE)
    }
    start = try Self.map(file, byteCount)
  }

  private static func map(_ file: Int32, _ byteCount: Int) throws(Failure) -> UnsafeMutableRawPointer {
    var start: UnsafeMutableRawPointer?
    let code = csm_map(file, byteCount, &start)
    guard let start else {
      close(file)
      throw Failure("cannot map \(byteCount / 1024) KiB of shared memory", -code)
    }
    return start
  }

  /// Takes these bytes from the system, near the core of the caller; before `closeFile`.
  func reserve(_ bytes: Range<Int>) throws(Failure) {
    let code = csm_reserve(file, start, bytes.lowerBound, bytes.count)
    guard code == 0 else { throw Failure("no \(bytes.count / 1024) KiB of shared memory", -code) }
  }

  private static func identity(of file: Int32) -> String {
    var status = stat()
    return fstat(file, &status) == 0 ? "\(status.st_dev):\(status.st_ino):\(status.st_size)" : ""
  }

  deinit {
    closeFile()
    csm_unmap(start, byteCount)
  }

  /// How another process of this machine opens it, before `closeFile`.
  var name: String { "/proc/\(getpid())/fd/\(file) \(Self.identity(of: file))" }

  /// The mapping stays.
  func closeFile() {
    if file >= 0 { close(file) }
    file = -1
  }
}
