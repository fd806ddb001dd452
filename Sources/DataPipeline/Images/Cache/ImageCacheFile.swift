import Files
import Foundation
import Hashing
import Synchronization

/// A file with the decoded images of one data set at one size, a place for each record.
///
/// ```
/// header        magic, number of records, bytes of a record, digest of these; 4096 bytes
/// entries       for each record: identity of the image file, digest of the pixels; 16 bytes
/// pixels        for each record, from the next multiple of 4096 on
/// ```
///
/// Threads and processes read and write it at once, without locks: an entry counts only if the pixels have its digest. So
/// whatever is damaged, half written, or of another image file is decoded again. The file is sparse; places of records that nobody
/// has decoded take no room.
final class ImageCacheFile: Sendable {
  private let descriptor: Int32
  private let count: Int
  private let recordBytes: Int
  /// False once a write has failed: the disk is full.
  private let isWritable = Atomic(true)

  /// Stands for the layout, and for the arithmetic of decoding and scaling.
  private static let magic = Array("LSIMAGE1".utf8)
  private static let pageBytes = 4096
  private static let suffix = ".images"

  private init(_ descriptor: Int32, count: Int, recordBytes: Int) {
    (self.descriptor, self.count, self.recordBytes) = (descriptor, count, recordBytes)
  }

  deinit { close(descriptor) }

  /// Opens the file of a data set, or makes it.
  ///
  /// - Parameter key: Stands for the data set and for how its images are prepared.
  /// - Throws: A sentence about why there is no file.
  static func open(
    key: String, count: Int, recordBytes: Int, _ settings: ImageCacheSettings
  ) throws(ImageCacheRefusal) -> ImageCacheFile? {
    guard let folder = settings.folder else { return nil }
    try CacheFolder.prepare(folder)
    let path = folder.appendingPath(key + suffix)
    let bytes = pixelOffset(count) + count * recordBytes
    try CacheFolder.makeRoom(for: bytes, at: path, in: folder, suffix: suffix, quota: settings.quota)
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else {
      throw ImageCacheRefusal("\(path) cannot be opened: \(String(cString: strerror(errno)))")
    }
    let file = ImageCacheFile(descriptor, count: count, recordBytes: recordBytes)
    try file.prepare(path, bytes: bytes)
    return file
  }

  /// Bytes before the pixels.
  private static func pixelOffset(_ count: Int) -> Int {
    (pageBytes + 16 * count + pageBytes - 1) / pageBytes * pageBytes
  }

  private func prepare(_ path: String, bytes: Int) throws(ImageCacheRefusal) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_nlink == 1
    else { throw ImageCacheRefusal("\(path) is no file of this user alone") }
    _ = fchmod(descriptor, 0o600)
    let header = Self.header(count: count, recordBytes: recordBytes)
    var found = [UInt8](repeating: 0, count: header.count)
    let isKnown = pread(descriptor, &found, found.count, 0) == found.count && found == header
    if !isKnown || Int(status.st_size) != bytes {
      // Another data set's, an older layout, or damaged.
      guard ftruncate(descriptor, 0) == 0, ftruncate(descriptor, off_t(bytes)) == 0,
        pwrite(descriptor, header, header.count, 0) == header.count
      else { throw ImageCacheRefusal("\(path) cannot be written: \(String(cString: strerror(errno)))") }
    }
    // The least recently used file is the first to go.
    _ = futimens(descriptor, nil)
  }

  private static func header(count: Int, recordBytes: Int) -> [UInt8] {
    var header = magic
    for number in [count, recordBytes] { withUnsafeBytes(of: UInt64(number).littleEndian) { header += $0 } }
    let digest = header.withUnsafeBytes { Digest.of($0) }
    withUnsafeBytes(of: digest.littleEndian) { header += $0 }
    return header
  }

  /// Reads a record's pixels.
  ///
  /// - Returns: Whether the file has those of the image file with this identity.
  func read(record: Int, identity: UInt64, into pixels: UnsafeMutablePointer<UInt8>) -> Bool {
    precondition(record < count, "record \(record) of \(count)")
    var entry: (identity: UInt64, digest: UInt64) = (0, 0)
    guard pread(descriptor, &entry, 16, entryOffset(record)) == 16, UInt64(littleEndian: entry.identity) == identity,
      pread(descriptor, pixels, recordBytes, offset(record)) == recordBytes
    else { return false }
    return digest(pixels, identity) == UInt64(littleEndian: entry.digest)
  }

  /// Writes a record's pixels; after a failure, nothing is written any more.
  func write(record: Int, identity: UInt64, _ pixels: UnsafePointer<UInt8>) {
    precondition(record < count, "record \(record) of \(count)")
    guard isWritable.load(ordering: .relaxed) else { return }
    var entry = (identity: identity.littleEndian, digest: digest(pixels, identity).littleEndian)
    if pwrite(descriptor, pixels, recordBytes, offset(record)) != recordBytes
      || pwrite(descriptor, &entry, 16, entryOffset(record)) != 16
    {
      isWritable.store(false, ordering: .relaxed)
    }
  }

  private func entryOffset(_ record: Int) -> off_t { off_t(Self.pageBytes + 16 * record) }
  private func offset(_ record: Int) -> off_t { off_t(Self.pixelOffset(count) + record * recordBytes) }

  /// Never 0, which an entry that was not written has.
  private func digest(_ pixels: UnsafePointer<UInt8>, _ identity: UInt64) -> UInt64 {
    Digest.of(UnsafeRawBufferPointer(start: pixels, count: recordBytes), seed: identity) | 1
  }
}
