import Foundation
import Testing

@testable import DataPipeline

/// Decoded images are kept in memory and on disk, and are never others than the files would give.
struct ImageCacheTests {
  private let folder: TemporaryFolder
  private let cache: String

  init() throws {
    folder = try TemporaryFolder()
    cache = folder.file("cache/images")
    for (index, name) in ["a", "b", "c"].enumerated() { try write(name, value: UInt8(10 * (index + 1))) }
  }

  private func write(_ name: String, value: UInt8) throws {
    try folder.write(Fixtures.png(height: 5, width: 4, value: value), to: "photos/train/ant/\(name).png")
  }

  private func open(
    memory: Int = 0, quota: Int = ImageCacheSettings.defaultQuota, at cache: String?
  ) throws -> DatasetSplits {
    try DatasetSplits.open(
      .imageFolder(path: folder.file("photos")), seed: 1,
      imageCache: ImageCacheSettings(memoryBudget: memory, folder: cache, quota: quota))
  }

  private func pixels(_ splits: DatasetSplits) throws -> [[UInt8]] {
    let dataset = splits.training.dataset
    return try (0..<dataset.count).map { try dataset.pixels($0) }
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: cache).map { cache + "/" + $0 }
  }

  /// Another image of the same size and time: only a cache still knows the old one.
  private func replaceUnnoticed(_ name: String) throws {
    let path = folder.file("photos/train/ant/\(name).png")
    var status = stat()
    try #require(stat(path, &status) == 0)
    let size = Int(status.st_size)
    var other = Data(Fixtures.png(height: 5, width: 4, value: 99))
    try #require(other.count <= size)
    other.append(Data(repeating: 0, count: max(0, size - other.count)))
    try other.write(to: URL(fileURLWithPath: path))
    try #require(utimensat(AT_FDCWD, path, [status.st_atim, status.st_mtim], 0) == 0)
  }

  @Test("in memory, up to the budget: files may go, and those beyond it are decoded again")
  func memory() throws {
    let splits = try open(memory: 2 * 60, at: nil)
    let first = try pixels(splits)
    let dataset = splits.training.dataset
    #expect((0..<3).map { dataset.isReady($0) } == [true, true, false])
    for name in ["a", "b", "c"] {
      try FileManager.default.removeItem(atPath: folder.file("photos/train/ant/\(name).png"))
    }
    #expect(try dataset.pixels(0) == first[0] && dataset.pixels(1) == first[1])
    #expect(throws: DataError.self) { try dataset.pixels(2) }
  }

  @Test("on disk, for the next run, readable by the owner only")
  func disk() throws {
    let first = try pixels(open(at: cache))
    try replaceUnnoticed("b")
    #expect(try pixels(open(at: cache)) == first)
    #expect(try pixels(open(at: nil))[1] != first[1])
    let files = try files()
    #expect(files.count == 1 && files[0].hasSuffix(".images"))
    for (path, mode) in [(cache, 0o700), (files[0], 0o600)] {
      #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
    }
  }

  @Test("a file that changes is decoded again, another size is another cache")
  func changes() throws {
    _ = try pixels(open(at: cache))
    try write("b", value: 77)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: folder.file("photos/train/ant/b.png"))
    #expect(try pixels(open(at: cache)) == pixels(open(at: nil)))
    try write("d", value: 50)
    #expect(try pixels(open(at: cache)) == pixels(open(at: nil)))
    let scaled = try DatasetSplits.open(
      .imageFolder(path: folder.file("photos"), size: .init(2)), seed: 1, imageCache: ImageCacheSettings(folder: cache))
    #expect(try pixels(scaled).allSatisfy { $0.count == 12 })
    #expect(try files().count == 2)
  }

  @Test(
    "damaged and foreign files are made again", arguments: ["pixels", "entries", "header", "short", "empty", "text"])
  func damage(kind: String) throws {
    let first = try pixels(open(at: cache))
    let path = try files()[0]
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    switch kind {
    case "pixels": bytes[8192 + 65] ^= 1
    case "entries": bytes[4096 + 8] ^= 1
    case "header": bytes[9] ^= 1
    case "short": bytes.removeLast(50)
    case "empty": bytes = []
    default: bytes = Array("not a cache".utf8)
    }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    #expect(try pixels(open(at: cache)) == first)
    let mended = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(mended.count == 8192 + 180)
    // Whole again: the next run reads it.
    try replaceUnnoticed("b")
    #expect(try pixels(open(at: cache)) == first)
  }

  @Test("a folder or file that could be anybody's is not used, and the run goes on")
  func foreign() throws {
    let first = try pixels(open(at: nil))
    try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: cache)
    let splits = try open(at: cache)
    #expect(try pixels(splits) == first && files().isEmpty)
    #expect(splits.notes.contains { $0.contains("other users may write to the folder \(cache)") }, "\(splits.notes)")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: cache)

    _ = try pixels(open(at: cache))
    let file = try files()[0]
    let target = try folder.write(Array("mine".utf8), to: "mine.txt")
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: target)
    #expect(try pixels(open(at: cache)) == first)
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine")
    let text = try folder.write(Array("x".utf8), to: "no-folder")
    #expect(try pixels(open(at: text)) == first)
  }

  @Test("the least recently used files go when the quota is reached")
  func quota() throws {
    _ = try pixels(open(at: cache))
    let old = try files()[0]
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1000)], ofItemAtPath: old)
    func scaled(_ size: Int, quota: Int) throws -> DatasetSplits {
      try DatasetSplits.open(
        .imageFolder(path: folder.file("photos"), size: .init(size)), seed: 1,
        imageCache: ImageCacheSettings(memoryBudget: 0, folder: cache, quota: quota))
    }
    _ = try pixels(try scaled(64, quota: 50_000))
    #expect(try files().count == 1 && !files().contains(old))
    let splits = try scaled(512, quota: 50_000)
    #expect(try pixels(splits).allSatisfy { $0.count == 512 * 512 * 3 })
    #expect(try files().count == 1)
    #expect(splits.notes.contains { $0.contains("exceed the quota of 0 MB") }, "\(splits.notes)")
  }

  @Test("with bad images left out, the others are decoded once, and have their own pixels")
  func badImages() throws {
    try folder.write(Array("no image".utf8), to: "photos/train/ant/aa.png")
    func open(at cache: String?) throws -> DatasetSplits {
      try DatasetSplits.open(
        DatasetSpecification(ImageFolder(skipBadImages: true), path: folder.file("photos")), seed: 1,
        imageCache: ImageCacheSettings(memoryBudget: 0, folder: cache))
    }
    let splits = try open(at: cache)
    #expect(splits.unreadable.map(\.location) == [folder.file("photos/train/ant/aa.png")])
    let first = try pixels(splits)
    #expect(try Set(first).count == 3 && pixels(open(at: nil)) == first)
    // Only the cache still knows the old image.
    try replaceUnnoticed("b")
    #expect(try pixels(splits) == first && pixels(open(at: cache)) == first)
    let memory = try DatasetSplits.open(
      DatasetSpecification(ImageFolder(skipBadImages: true), path: folder.file("photos")), seed: 1,
      imageCache: ImageCacheSettings(folder: nil))
    #expect((0..<3).allSatisfy { memory.training.dataset.isReady($0) })
  }

  @Test("no file goes in vain: a disk that is too small in any case stays as it is")
  func disksThatAreTooSmall() throws {
    _ = try pixels(open(at: cache))
    let before = try files()
    let error = #expect(throws: ImageCacheRefusal.self) {
      try CacheFolder.makeRoom(for: 1 << 55, at: cache + "/new.images", in: cache, suffix: ".images", quota: .max)
    }
    #expect(error?.reason.contains("do not fit the disk of \(cache)") == true)
    #expect(try files() == before && before.count == 1)
  }

  @Test("the folder follows the XDG specification")
  func place() {
    func folder(_ environment: [String: String]) -> String? {
      ImageCacheSettings.ofUser(environment: environment).folder
    }
    #expect(folder(["XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/x/lockstep")
    #expect(folder(["XDG_CACHE_HOME": "relative", "HOME": "/h"]) == "/h/.cache/lockstep")
    #expect(folder(["HOME": "/h"]) == "/h/.cache/lockstep")
    #expect(folder([:]) == nil)
  }
}
