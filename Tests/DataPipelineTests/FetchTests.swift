import Files
import Foundation
import Hashing
import PlainText
import Synchronization
import Testing

@testable import DataPipeline

/// Downloads from a server of the test's own: resume, checksums, unpacking, verification.
@Suite(.timeLimit(.minutes(15)))
final class FetchTests {
  private let folder: TemporaryFolder
  private let server: TestServer
  private let body = Fixtures.noise(300_000)
  private let quick = Downloader(attempts: 3, firstDelay: 0.01, timeout: 5)

  init() throws {
    folder = try TemporaryFolder()
    server = try TestServer()
  }

  deinit { server.stop() }

  private func download(_ paths: [String], size: Int? = nil) throws -> [UInt8] {
    try quick.download(paths.map(server.address), to: folder.file("x"), size: size ?? body.count) { _ in }
    return try folder.read("x")
  }

  @Test func interruptedDownloadsAreGoneOnWith() throws {
    server.serve("/x", .init(body: body, cuts: [100_000, 50_000]))
    #expect(try download(["/x"]) == body)
    let requests = server.requests
    #expect(requests.count == 3 && requests[0] == "/x ")
    // Each goes on where the one before it ended: cut connections may lose what was under way.
    let starts = requests.dropFirst().compactMap { Int($0.dropFirst(3).dropLast()) }
    #expect(starts.count == 2 && starts[0] > 0 && starts[0] <= 100_000 && starts[1] >= starts[0])
  }

  @Test func aPartOfAnEarlierRunIsGoneOnWith() throws {
    server.serve("/x", .init(body: body))
    try folder.write(body.prefix(123_456), to: "x")
    let seen = Mutex<[Int]>([])
    try quick.download([server.address("/x")], to: folder.file("x"), size: body.count) { bytes in
      seen.withLock { $0.append(bytes) }
    }
    #expect(try folder.read("x") == body && server.requests == ["/x 123456-"])
    #expect(seen.withLock { $0.first ?? 0 > 123_456 && $0.last == 300_000 })
  }

  @Test func aServerWithoutRangesStartsOver() throws {
    server.serve("/x", .init(body: body, honoursRanges: false))
    try folder.write([UInt8](repeating: 1, count: 1000), to: "x")
    #expect(try download(["/x"]) == body && server.requests == ["/x 1000-"])
  }

  @Test func passingFailuresAreTriedAgainAndOthersLeadToTheNextAddress() throws {
    server.serve("/x", .init(body: body, failures: [503, 500]))
    #expect(try download(["/x"]) == body && server.requests.count == 3)
    try FileManager.default.removeItem(atPath: folder.file("x"))
    #expect(try download(["/missing", "/x"]) == body)
    #expect(server.requests.suffix(2) == ["/missing ", "/x "])
  }

  @Test func whatCannotBeHadIsSaid() throws {
    let error = #expect(throws: DataError.self) { try download(["/missing"]) }
    #expect(error?.location == folder.file("x"))
    #expect(error?.problem == "the download failed (\(server.address("/missing")): answered 404)")
    server.serve("/short", .init(body: Array(body.prefix(10))))
    let short = #expect(throws: DataError.self) { try download(["/short"]) }
    #expect(short?.problem.contains("/short: ") == true)
  }

  @Test("a server whose file is longer than the known size is left at that size, and nothing of it is kept")
  func tooLong() throws {
    for (name, hides) in [("/said", false), ("/open", true)] {
      server.serve(name, .init(body: body + body, hidesLength: hides))
      let before = server.requests.count
      let error = #expect(throws: DataError.self, "\(name)") { try download([name]) }
      #expect(error?.problem.contains("the file has 300000") == true, "\(error?.problem ?? "")")
      // Trying again would bring the same.
      #expect(try server.requests.count == before + 1 && folder.read("x").isEmpty)
    }
    // The next address may have the right one.
    server.serve("/x", .init(body: body))
    #expect(try download(["/open", "/x"]) == body)
  }

  @Test("a longer file is noticed when a part is gone on with, and a part that is too long starts over")
  func tooLongParts() throws {
    server.serve("/long", .init(body: body + body))
    try folder.write(body.prefix(1000), to: "x")
    let error = #expect(throws: DataError.self) { try download(["/long"]) }
    #expect(error?.problem.contains("sends 600000 bytes, the file has 300000") == true)
    server.serve("/x", .init(body: body))
    try folder.write(body + body, to: "x")
    #expect(try download(["/x"]) == body)
  }

  @Test("starting over again and again is no progress")
  func noProgress() throws {
    server.serve("/x", .init(body: body, cuts: [100_000] + [Int](repeating: 50_000, count: 50), honoursRanges: false))
    #expect(throws: DataError.self) { try download(["/x"]) }
    #expect(server.requests.count == 3)
  }

  @Test("redirects are followed, not for ever, and to the web only")
  func redirects() throws {
    server.serve("/x", .init(body: body))
    server.serve("/moved", .init(body: [], redirect: server.address("/x")))
    #expect(try download(["/moved"]) == body)
    try FileManager.default.removeItem(atPath: folder.file("x"))
    server.serve("/loop", .init(body: [], redirect: server.address("/loop")))
    let error = #expect(throws: DataError.self) { try download(["/loop"]) }
    #expect(error?.problem.hasSuffix("/loop: leads on more than 10 times)") == true, "\(error?.problem ?? "")")
    server.serve("/file", .init(body: [], redirect: "file:///etc/hostname"))
    #expect(throws: DataError.self) { try download(["/file"]) }
    #expect(server.requests.count < 30)
  }

  @Test func aFileThatCannotBeWrittenIsSaid() throws {
    server.serve("/x", .init(body: body))
    // A device that is always full; root may write anywhere else.
    let error = #expect(throws: DataError.self) {
      try quick.download([server.address("/x")], to: "/dev/full", size: body.count) { _ in }
    }
    #expect(error?.description == "/dev/full: cannot be written: No space left on device")
  }

  // MARK: Data sets

  private func entry(_ name: String, in catalog: DataCatalog) throws -> DataCatalog.Entry {
    try DataCatalog.entry(named: name)
  }

  /// A data set like MNIST, small, whose archives the server has.
  private func idxDataset(wrongChecksum: Bool = false) throws -> KnownDataset {
    let source = try TemporaryFolder()
    try Fixtures.writeIDX(to: source)
    var dataset = KnownDataset.mnist
    (dataset.files, dataset.remoteFiles) = ([], [])
    for name in source.files {
      let plain = try source.read(name)
      let archive = try gzip(plain)
      server.serve("/" + name + ".gz", .init(body: archive, cuts: [archive.count / 2]))
      var sha256 = archive.withUnsafeBytes { SHA256.hexadecimal(of: $0) }
      if wrongChecksum { sha256 = String(sha256.reversed()) }
      dataset.files.append(.init(name, size: plain.count))
      dataset.remoteFiles.append(
        .init(
          addresses: [server.address("/" + name + ".gz")], name: name + ".gz", size: archive.count, sha256: sha256,
          unpacking: .gunzip))
    }
    return dataset
  }

  private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let source = try folder.write(bytes, to: "to-compress")
    return try run("/usr/bin/env", "gzip", "-c", source)
  }

  private func run(_ program: String, _ arguments: String...) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return [UInt8](output)
  }

  private func asEntry(_ dataset: KnownDataset) -> DataCatalog.Entry {
    DataCatalog.Entry(name: dataset.name, summary: "", terms: "", source: .download(dataset))
  }

  @Test func fetchesChecksUnpacksAndVerifies() throws {
    let entry = asEntry(try idxDataset())
    let catalog = DataCatalog(directory: folder.file("data"), downloader: quick)
    #expect(!catalog.status(of: entry).isPresent)
    let stages = Mutex<[FetchProgress.Stage]>([])
    try catalog.fetch(entry) { progress in stages.withLock { $0.append(progress.stage) } }
    #expect(Set(stages.withLock { $0 }) == [.downloading, .checking, .unpacking])
    #expect(catalog.verify(entry).isWhole)
    // Nothing but the plain files is left.
    #expect(
      folder.files.filter { $0.hasPrefix("data/") }
        == ["t10k-images", "t10k-labels", "train-images", "train-labels"].map {
          "data/mnist/\($0)-idx\($0.hasSuffix("labels") ? 1 : 3)-ubyte"
        })
    // They are there now: nothing is asked for again.
    let requests = server.requests.count
    try catalog.fetch(entry)
    #expect(server.requests.count == requests)

    var labels = try folder.read("data/mnist/train-labels-idx1-ubyte")
    labels[9] = 200
    try folder.write(labels, to: "data/mnist/train-labels-idx1-ubyte")
    #expect(catalog.status(of: entry).isWhole)
    let damaged = catalog.verify(entry)
    #expect(damaged.files[3].state == .damaged("record 1, byte 9: label 200 is not below 10"))
    #expect(damaged.files.count { $0.state == .whole } == 3 && damaged.problem == nil)
    // Only the file that reading finds damaged is downloaded again.
    let before = server.requests.count
    try catalog.fetch(entry)
    #expect(catalog.verify(entry).isWhole)
    #expect(server.requests[before...].allSatisfy { $0.hasPrefix("/train-labels-idx1-ubyte.gz ") })
    #expect(server.requests.count > before)
    labels = try folder.read("data/mnist/train-labels-idx1-ubyte")
    try folder.write(labels.dropLast(), to: "data/mnist/train-labels-idx1-ubyte")
    #expect(catalog.status(of: entry).files.map(\.state).contains(.damaged("has 30 bytes, expected 31")))
  }

  @Test("a file that another process fetches is waited for, and not fetched again")
  func anotherProcess() throws {
    let entry = asEntry(try idxDataset())
    let catalog = DataCatalog(directory: folder.file("data"), downloader: quick)
    try catalog.fetch(entry)
    let name = "data/mnist/train-images-idx3-ubyte"
    let images = try folder.read(name)
    try FileManager.default.removeItem(atPath: folder.file(name))
    let lock = try #require(FileLock.take(folder.file(name) + ".gz.lock", patience: .zero, limit: .zero) { _ in })
    let requests = server.requests.count
    let owners = Mutex<[String]>([])
    try catalog.fetch(entry) { [folder] progress in
      guard case .waiting(let owner) = progress.stage else { return }
      owners.withLock { $0.append(owner) }
      _ = try? folder.write(images, to: name)
      lock.release()
    }
    #expect(owners.withLock { $0.count == 1 && $0[0].hasPrefix("process \(getpid()) on ") })
    #expect(server.requests.count == requests && catalog.verify(entry).isWhole)
    #expect(folder.files.count { $0.hasPrefix("data/") } == 4)
  }

  @Test func aWrongChecksumIsSaidAndNothingStays() throws {
    let entry = asEntry(try idxDataset(wrongChecksum: true))
    let catalog = DataCatalog(directory: folder.file("data"), downloader: quick)
    let error = #expect(throws: DataError.self) { try catalog.fetch(entry) }
    #expect(error?.problem.contains("its SHA-256 is ") == true && error?.problem.contains("is removed now") == true)
    #expect(!folder.files.contains { $0.hasPrefix("data/") })
  }

  @Test func unpacksTarArchives() throws {
    let source = try TemporaryFolder()
    try Fixtures.writeCIFAR10(to: source, "cifar-10-batches-bin")
    let long = String(repeating: "long-name-", count: 15) + ".txt"
    try source.write(Array("deep".utf8), to: "cifar-10-batches-bin/" + long)
    let archive = try run("/usr/bin/env", "tar", "-C", source.path, "-czf", "-", "cifar-10-batches-bin")
    server.serve("/cifar.tar.gz", .init(body: archive))
    var dataset = KnownDataset.cifar10
    dataset.files = dataset.files.map { .init($0.name, size: 3 * 3073) }
    dataset.remoteFiles = [
      .init(
        addresses: [server.address("/cifar.tar.gz")], name: "cifar-10-binary.tar.gz", size: archive.count, sha256: nil,
        unpacking: .tar)
    ]
    let catalog = DataCatalog(directory: folder.file("data"), downloader: quick)
    try catalog.fetch(asEntry(dataset))
    #expect(catalog.verify(asEntry(dataset)).isWhole)
    let names = source.files
    #expect(folder.files == names.map { "data/" + $0 } && names.count == 7)
    for name in names { #expect(try folder.read("data/" + name) == source.read(name)) }

    // Labels that are none, in files of the right size.
    let damaged = ["data_batch_3.bin", "test_batch.bin"]
    for name in damaged {
      var bytes = try folder.read("data/cifar-10-batches-bin/" + name)
      bytes[3073] = 10
      try folder.write(bytes, to: "data/cifar-10-batches-bin/" + name)
    }
    let status = catalog.verify(asEntry(dataset))
    #expect(
      status.files.filter { $0.state == .damaged("record 1, byte 3073: label 10 is not below 10") }.map(\.path)
        == damaged.map { folder.file("data/cifar-10-batches-bin/" + $0) })
    #expect(status.files.count { $0.state == .whole } == 4 && status.problem == nil)
    try catalog.fetch(asEntry(dataset))
    #expect(catalog.verify(asEntry(dataset)).isWhole)

    let cut = try folder.write(archive.dropLast(archive.count / 2), to: "cut.tar.gz")
    #expect(throws: DataError(cut, "damaged gzip data: they end early", advice: "fetch it again")) {
      try TarArchive.extract(cut, into: folder.file("cut"), inflatingAtMost: 1 << 20)
    }
    // Of the file in whose middle an archive ends nothing is left.
    let tar = try run("/usr/bin/env", "tar", "-C", source.path, "-cf", "-", "cifar-10-batches-bin")
    let half = try folder.write(gzip(Array(tar.prefix(30_000))), to: "half.tar.gz")
    #expect(throws: DataError(half, "the archive ends early", advice: "fetch it again")) {
      try TarArchive.extract(half, into: folder.file("half"), inflatingAtMost: 1 << 20)
    }
    let unpacked = folder.files.filter { $0.hasPrefix("half/") }.map { String($0.dropFirst(5)) }
    #expect(!unpacked.isEmpty && unpacked.allSatisfy { names.contains($0) }, "\(unpacked)")
    let other = try folder.write(gzip(Fixtures.noise(2000)), to: "noise.tar.gz")
    #expect(throws: DataError(other, "no tar archive, or a damaged one", advice: "fetch it again")) {
      try TarArchive.extract(other, into: folder.file("noise"), inflatingAtMost: 1 << 20)
    }
  }

  @Test func anArchiveCannotWriteOutsideItsFolder() throws {
    let source = try TemporaryFolder()
    try source.write([1, 2, 3], to: "a/evil")
    let archive = try run(
      "/usr/bin/env", "tar", "-C", source.path, "--transform", "s|a/evil|../evil|", "-Pczf", "-", "a/evil")
    let path = try folder.write(archive, to: "evil.tar.gz")
    let error = #expect(throws: DataError.self) {
      try TarArchive.extract(path, into: folder.file("inner"), inflatingAtMost: 1 << 20)
    }
    #expect(error?.problem.contains("'../evil' that would lie outside") == true)
    #expect(!folder.exists("evil"))
  }

  @Test func theCatalogueNamesWhatItKnows() throws {
    #expect(DataCatalog.entries.map(\.name) == ["mnist-5k", "novel", "mnist", "fashion-mnist", "cifar10", "cifar100"])
    let error = #expect(throws: DataError.self) { try DataCatalog.entry(named: "imagenet") }
    #expect(
      error?.description
        == "data set 'imagenet': is not known; known are mnist-5k, novel, mnist, fashion-mnist, cifar10, cifar100")
    let catalog = DataCatalog(directory: folder.path)
    for name in ["mnist-5k", "novel"] {
      let bundled = try DataCatalog.entry(named: name)
      #expect(catalog.verify(bundled).isWhole)
      try catalog.fetch(bundled)
    }
  }
}
