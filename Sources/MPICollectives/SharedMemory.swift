import CSharedMemory
import Glibc

/// Memory that processes of one machine share, reserved when it is made: to write to it never fails later.
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
    guard file >= 0 else { throw Failure("no \(byteCount >> 20) MB of shared memory", -file) }
    (self.file, self.byteCount) = (file, byteCount)
    start = try Self.map(file, byteCount)
  }

  /// The memory that another process of this machine made under this name and still holds open.
  init(named name: String, byteCount: Int) throws(Failure) {
    file = Glibc.open(name, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw Failure("cannot open another rank's shared memory (\(name))", errno) }
    self.byteCount = byteCount
    start = try Self.map(file, byteCount)
  }

  deinit {
    closeFile()
    munmap(start, byteCount)
  }

  /// How another process of this machine opens it, before `closeFile`.
  var name: String { "/proc/\(getpid())/fd/\(file)" }

  /// The mapping stays.
  func closeFile() {
    if file >= 0 { close(file) }
    file = -1
  }

  private static func map(_ file: Int32, _ byteCount: Int) throws(Failure) -> UnsafeMutableRawPointer {
    let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    guard let start, start != MAP_FAILED else {
      let code = errno
      close(file)
      throw Failure("cannot map \(byteCount >> 20) MB of shared memory", code)
    }
    return start
  }
}
