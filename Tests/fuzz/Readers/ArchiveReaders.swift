import CImageFiles
import CZlib
import Foundation

@testable import DataPipeline

extension FuzzedReader {
  static var archiveReaders: [FuzzedReader] { [gzip, tar] }

  private static let limit = 1 << 20

  /// At once, and the first bytes alone.
  private static var gzip: FuzzedReader {
    FuzzedReader(name: "gzip") { bytes in
      guard let start = bytes.bindMemory(to: UInt8.self).baseAddress, !bytes.isEmpty else { return }
      var result = ci_bytes()
      defer { ci_free(result.data) }
      var first = [UInt8](repeating: 0, count: 64)
      let got = ci_gunzip_start(start, bytes.count, &first, first.count)
      precondition(got <= first.count)
      guard ci_gunzip(start, bytes.count, limit, &result) else { return }
      precondition(result.count <= limit)
      let all = UnsafeBufferPointer(start: result.data, count: result.count)
      precondition(got >= 0 && all.prefix(got).elementsEqual(first.prefix(got)))
    }
  }

  /// The bytes of an archive, which are packed here: their gzip checksum is always right. Nothing lies outside of the folder.
  private static var tar: FuzzedReader {
    FuzzedReader(name: "tar") { bytes, folder in
      let archive = "\(folder.path)/archive.tar.gz"
      let (outer, inner) = ("\(folder.path)/outer", "\(folder.path)/outer/inner")
      write(bytes, gzippedTo: archive)
      mkdir(outer, 0o700)
      mkdir(inner, 0o700)
      _ = try? TarArchive.extract(archive, into: inner, inflatingAtMost: limit)
      // Most inputs write nothing.
      if rmdir(inner) == 0 { return }
      precondition((try? FileManager.default.contentsOfDirectory(atPath: outer)) == ["inner"])
      precondition((try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.count == 2)
      try? FileManager.default.removeItem(atPath: inner)
    }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, gzippedTo path: String) {
    // Level 0: stored.
    guard let file = gzopen(path, "wb0") else { preconditionFailure("\(path) cannot be written") }
    if !bytes.isEmpty { gzwrite(file, bytes.baseAddress, UInt32(bytes.count)) }
    gzclose(file)
  }
}
