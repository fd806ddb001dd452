import Foundation
import Testing

@testable import DataPipeline

/// Compressed files and archives that promise more than they should.
struct ArchiveLimitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func gzip(_ bytes: [UInt8], to name: String) throws -> String {
    let path = try folder.write(bytes, to: String(name.dropLast(3)))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-f", path]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return folder.file(name)
  }

  // MARK: Gzip

  @Test("IDX files inflate to what their header promises, and no further")
  func promisedSize() throws {
    let whole = Fixtures.idx(shape: [2, 3, 3], Fixtures.noise(18))
    let path = try gzip(whole + [UInt8](repeating: 0, count: 1 << 20), to: "images.gz")
    #expect(
      throws: DataError(path, "has more than the 34 bytes that its header promises", advice: "fetch the file again")
    ) {
      try IDXFile(path, dimensions: 3...4)
    }
    #expect(try IDXFile(gzip(whole, to: "right.gz"), dimensions: 3...4).shape == [2, 3, 3])
    // A header that promises too much does not raise the limit.
    var greedy = whole + [UInt8](repeating: 0, count: 1 << 20)
    greedy[4] = 0x7F
    let error = try #require(
      throws: DataError.self,
      performing: { try IDXFile(gzip(greedy, to: "greedy.gz"), dimensions: 3...4, inflatingAtMost: 1000) })
    #expect(error.problem == "it inflates to more than 1000 bytes")
  }

  @Test("the limit's key reaches every kind of data", arguments: ["idx", "text", "lines"])
  func key(kind: String) throws {
    var specification = DatasetSpecification()
    specification.normalization = .none
    switch kind {
    case "idx":
      try Fixtures.writeIDX(to: folder)
      for name in folder.files { _ = try gzip(folder.read(name), to: name + ".gz") }
      specification = DatasetSpecification.idx(path: folder.path)
    case "text":
      let text = String(repeating: "a text. ", count: 100)
      specification = DatasetSpecification(TextFile(), path: try gzip(Array(text.utf8), to: "text.txt.gz"))
    default:
      let lines = (0..<40).map { "text \($0)\tclass\($0 % 2)\n" }.joined()
      specification = DatasetSpecification(
        LabelledTextSettings(), path: try gzip(Array(lines.utf8), to: "lines.tsv.gz"))
    }
    #expect(try DatasetSplits.open(specification, seed: 1).training.count > 0)
    specification.maxInflatedBytes = 100
    let error = try #require(throws: DataError.self, performing: { try DatasetSplits.open(specification, seed: 1) })
    #expect(
      error.description.contains("inflates to more than 100 bytes; unpack it")
        && error.advice?.hasSuffix("raise data.max_inflated_bytes") == true)
  }

  // MARK: Tar

  /// A header block; `size` is the field as it lies in the file.
  private func header(_ name: String, size: [UInt8], kind: Character = "0") -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: [UInt8], at offset: Int) { block.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
    put(Array(name.utf8), at: 0)
    put(size, at: 124)
    put([UInt8](repeating: 32, count: 8), at: 148)
    put([kind.asciiValue ?? 0], at: 156)
    put(Array("ustar".utf8), at: 257)
    let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
    put(Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 32], at: 148)
    return block
  }

  private func message(_ archive: [UInt8], limit: Int = 1 << 20) throws -> String {
    let path = try gzip(archive, to: "a.tar.gz")
    do {
      try TarArchive.extract(path, into: folder.file("out"), inflatingAtMost: limit)
      return "extracted"
    } catch {
      return error.description.replacing(path, with: "F")
    }
  }

  @Test(
    "names and entries that promise 64 GiB, in every way to write a size",
    arguments: ["L", "0", "x", "g", "5", "K", "2"])
  func promises(kind: Character) throws {
    let limit = 1 << 20
    // All twelve digits.
    #expect(
      try message(header("x", size: Array("777777777777".utf8), kind: kind), limit: limit)
        == "F: promises an entry of \((1 << 36) - 1) bytes, where \(limit - 512) are left; the limit for this archive is "
        + "\(limit) bytes; do not trust it")
    // Base 256, negative, and what is no number.
    for size in [[0x80, 0, 0, 0, 0x7F] + [UInt8](repeating: 0xFF, count: 7), [UInt8](repeating: 0xFF, count: 12)]
      + ["-00000000001", "99999999999 ", "0x0000000001"].map({ Array($0.utf8) })
    {
      let text = try message(header("x", size: size, kind: kind), limit: limit)
      #expect(text.hasPrefix("F: ") && !text.contains("extracted"), "\(size): \(text)")
    }
    #expect(!folder.exists("out/x"))
  }

  @Test("names have the length of a path at most")
  func longNames() throws {
    let name = [UInt8](repeating: UInt8(ascii: "n"), count: 8192)
    #expect(
      try message(header("x", size: Array("00000020000".utf8) + [0], kind: "L") + name)
        == "F: promises a name of 8192 bytes; the longest allowed is 4096; do not trust it")
  }

  @Test("an archive ends at its limit, whatever its entries are")
  func limits() throws {
    let entries = (0..<100).flatMap { header("f\($0)", size: Array("00000000000".utf8) + [0]) }
    #expect(
      try message(entries, limit: 10_000)
        == "F: inflates to more; the limit for this archive is 10000 bytes; do not trust it")
    #expect(try message(entries + [UInt8](repeating: 0, count: 1024)) == "extracted")
  }

  @Test("folders that are written as files are passed over")
  func oldFolders() throws {
    #expect(
      try message(header("d/", size: Array("00000000000".utf8) + [0]) + [UInt8](repeating: 0, count: 1024))
        == "extracted")
  }
}
