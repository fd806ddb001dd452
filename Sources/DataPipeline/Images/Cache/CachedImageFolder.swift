import Files
import Foundation
import Hashing

/// A folder of images whose decoded pixels are kept.
struct CachedImageFolder: ImageDataset {
  let base: ImageFolderDataset
  private let images: DecodedImages
  /// Number of each record among the decoded images; nil if they are all of them.
  private let numbers: [Int]?

  /// - Parameter folder: The split's folder; with the settings of the images it names the cache's file.
  /// - Returns: The data set, and the reason if it has no file although the settings ask for one.
  static func make(
    _ base: ImageFolderDataset, folder: String, _ settings: ImageCacheSettings
  ) -> (CachedImageFolder, refusal: ImageCacheRefusal?) {
    var refusal: ImageCacheRefusal?
    var file: ImageCacheFile?
    do throws(ImageCacheRefusal) {
      file = try ImageCacheFile.open(
        key: key(base, folder), count: base.count, recordBytes: base.imageShape.count, settings)
    } catch {
      refusal = error
    }
    let images = DecodedImages(
      count: base.count, recordBytes: base.imageShape.count, budget: settings.memoryBudget, file: file)
    return (CachedImageFolder(base: base, images: images, numbers: nil), refusal)
  }

  /// The data set without the images that cannot be read, and the errors of those.
  ///
  /// Every image is decoded once, before training, and kept. So the files alone decide which ones are left out, for every worker
  /// and every placement.
  func withoutUnreadable() throws(DataError) -> (dataset: CachedImageFolder, unreadable: [DataError]) {
    let faults = mapConcurrently(count: base.count) { record -> DataError? in
      do throws(DataError) {
        try withPixels(ofRecord: record) { _ in }
        return nil
      } catch {
        // An image of another size can be read: it ends the run when it is used.
        return base.fault(ofRecord: record)
      }
    }
    if let refusal = faults.lazy.compactMap({ $0 }).first(where: \.isOutOfMemory) { throw refusal }
    let kept = faults.indices.filter { faults[$0] == nil }
    guard !kept.isEmpty else { throw DataError(base.paths[0], "unreadable, like all \(base.count) images") }
    return (CachedImageFolder(base: base.keeping(kept), images: images, numbers: kept), faults.compactMap { $0 })
  }

  private func number(_ record: Int) -> Int { numbers?[record] ?? record }

  /// The host is part of it: a home folder may be shared by many, and each writes a file of its own.
  private static func key(_ base: ImageFolderDataset, _ folder: String) -> String {
    let absolute = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    let sizing = base.sizing.map { "\($0.fit) \($0.filter) \($0.background)" } ?? "as they are"
    var hash = SHA256()
    hash.update("1 \(hostName())\n\(absolute)\n\(base.imageShape) \(sizing)".utf8)
    return String(hash.finalizeHexadecimal().prefix(24))
  }

  var imageShape: ImageShape { base.imageShape }
  var layout: PixelLayout { base.layout }
  var classNames: [String] { base.classNames }
  var labels: [Int32] { base.labels }
  var decodesOnRead: Bool { true }

  func fileIdentity(ofRecord record: Int, seed: UInt64) -> UInt64 { base.fileIdentity(ofRecord: record, seed: seed) }
  func isReady(_ record: Int) -> Bool { images.isInMemory(number(record)) }
  func file(ofRecord record: Int) -> String? { base.file(ofRecord: record) }

  func withPixels<Result>(
    ofRecord record: Int, _ body: (UnsafePointer<UInt8>) -> Result
  ) throws(DataError) -> Result {
    try images.withPixels(
      ofRecord: number(record), identity: { base.currentIdentity(ofRecord: record) },
      decode: { () throws(DataError) in try base.pixels(ofRecord: record) }, body)
  }
}

extension ImageFolderDataset {
  /// Digest of the name, size and time of change of a record's file; nil if the system cannot say.
  fileprivate func currentIdentity(ofRecord record: Int) -> UInt64? {
    var status = stat()
    guard stat(paths[record], &status) == 0 else { return nil }
    let text =
      "\(paths[record].lastPathComponent) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    return Array(text.utf8).withUnsafeBytes { Digest.of($0) }
  }
}
