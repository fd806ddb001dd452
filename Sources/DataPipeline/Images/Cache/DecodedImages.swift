import Synchronization

/// The decoded images of a data set: as many as fit the budget in memory, all of them in a file, if there is one.
///
/// Images in memory are never moved or freed before the end, so that threads read them without a lock.
final class DecodedImages: Sendable {
  let recordBytes: Int
  private let budget: Int
  private let file: ImageCacheFile?
  private let memory: Mutex<Memory>

  private struct Memory: @unchecked Sendable {
    var images: [UnsafeMutablePointer<UInt8>?]
    var bytes = 0
  }

  init(count: Int, recordBytes: Int, budget: Int, file: ImageCacheFile?) {
    (self.recordBytes, self.budget, self.file) = (recordBytes, budget, file)
    memory = Mutex(Memory(images: [UnsafeMutablePointer<UInt8>?](repeating: nil, count: count)))
  }

  deinit { memory.withLock { for image in $0.images { image?.deallocate() } } }

  /// Whether the record is in memory.
  func isInMemory(_ record: Int) -> Bool { memory.withLock { $0.images[record] != nil } }

  /// Calls `body` with a record's pixels, which come from memory, from the file, or from `decode`.
  ///
  /// - Parameter identity: Identity of the image file as it is now; nil if the system cannot say.
  func withPixels<Result>(
    ofRecord record: Int, identity: () -> UInt64?, decode: () throws(DataError) -> [UInt8],
    _ body: (UnsafePointer<UInt8>) -> Result
  ) throws(DataError) -> Result {
    if let image = kept(record) { return body(image) }
    let image = UnsafeMutablePointer<UInt8>.allocate(capacity: recordBytes)
    var isKept = false
    defer { if !isKept { image.deallocate() } }
    let identity = file == nil ? nil : identity()
    if let file, let identity, file.read(record: record, identity: identity, into: image) {
      isKept = keep(image, record)
      return body(image)
    }
    let pixels = try decode()
    precondition(pixels.count == recordBytes, "\(pixels.count) bytes for a record of \(recordBytes)")
    image.initialize(from: pixels, count: recordBytes)
    if let file, let identity { file.write(record: record, identity: identity, image) }
    isKept = keep(image, record)
    return body(image)
  }

  private func kept(_ record: Int) -> UnsafePointer<UInt8>? {
    memory.withLock { $0.images[record].map { UnsafePointer($0) } }
  }

  /// False where the budget is used up, or another thread was faster.
  private func keep(_ image: UnsafeMutablePointer<UInt8>, _ record: Int) -> Bool {
    nonisolated(unsafe) let image = image
    return memory.withLock { memory in
      guard memory.images[record] == nil, memory.bytes + recordBytes <= budget else { return false }
      memory.images[record] = image
      memory.bytes += recordBytes
      return true
    }
  }
}
