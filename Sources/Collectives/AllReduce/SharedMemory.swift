import CSharedMemory
import Glibc

/// Memory that processes of one machine share. It is reserved before it is used, so that writing to it never fails later.
///
/// It does not use `MPI_Win_allocate_shared`, which hands out windows of /dev/shm even if they do not fit; a process that
/// writes to such a window ends with SIGBUS.
package final class SharedMemory: @unchecked Sendable {
  package static let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))
  package let start: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Reason why there is no shared memory.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String

    fileprivate init(_ action: String, _ code: Int32) { description = "\(action): \(String(cString: strerror(code)))" }
  }

  /// Descriptor of the memory's file; -1 after `closeFile`.
  private var file: Int32

  /// Makes new memory, all zeros.
  package init(byteCount: Int) throws(Failure) {
    let file = csm_create(byteCount)
    guard file >= 0 else { throw Failure("no \(byteCount / 1024) KiB of shared memory", -file) }
    (self.file, self.byteCount) = (file, byteCount)
    start = try Self.map(file, byteCount)
  }

  /// Opens the memory that another process of this machine made and has not closed, by its name.
  package init(named name: String, byteCount: Int) throws(Failure) {
    let parts = name.split(separator: " ", maxSplits: 1).map(String.init)
    let (path, identity) = (parts.first ?? "", parts.last ?? "")
    file = Glibc.open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw Failure("cannot open another rank's shared memory (\(path))", errno) }
    self.byteCount = byteCount
    // If each rank has its own process namespace, the path leads to another file.
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

  /// Allocates these bytes, near the caller's core. Call before `closeFile`.
  package func reserve(_ bytes: Range<Int>) throws(Failure) {
    let code = csm_reserve(file, start, bytes.lowerBound, bytes.count)
    guard code == 0 else { throw Failure("no \(bytes.count / 1024) KiB of shared memory", -code) }
  }

  /// Maps these ranges of bytes a second time, one behind the other. Each range is whole pages. Call before `closeFile`.
  package func mapSegments(_ ranges: [Range<Int>]) throws(Failure) -> SegmentMapping {
    var start: UnsafeMutableRawPointer?
    let code = csm_map_segments(file, ranges.count, ranges.map(\.lowerBound), ranges.map(\.count), &start)
    let byteCount = ranges.reduce(0) { $0 + $1.count }
    guard let start else { throw Failure("cannot map \(byteCount / 1024) KiB of shared memory once more", -code) }
    return SegmentMapping(start: start, byteCount: byteCount)
  }

  /// A second, read-only mapping of parts of shared memory: writing to it is a SIGSEGV.
  package final class SegmentMapping: Sendable {
    package nonisolated(unsafe) let start: UnsafeMutableRawPointer
    private let byteCount: Int

    fileprivate init(start: UnsafeMutableRawPointer, byteCount: Int) {
      (self.start, self.byteCount) = (start, byteCount)
    }

    deinit { csm_unmap_segments(start, byteCount) }
  }

  private static func identity(of file: Int32) -> String {
    var status = stat()
    return fstat(file, &status) == 0 ? "\(status.st_dev):\(status.st_ino):\(status.st_size)" : ""
  }

  deinit {
    closeFile()
    csm_unmap(start, byteCount)
  }

  /// Name under which another process of this machine can open the memory, before `closeFile`.
  package var name: String { "/proc/\(getpid())/fd/\(file) \(Self.identity(of: file))" }

  /// Closes the file; the mapping stays.
  package func closeFile() {
    if file >= 0 { close(file) }
    file = -1
  }
}
