import CImageFiles
import Foundation

/// Unpacks gzipped tar archives: POSIX ustar, with GNU's long names. Plain files and folders only, which is all that
/// data sets hold; links and devices are passed over.
struct TarArchive: ~Copyable {
  private let path: String
  private let reader: OpaquePointer

  /// Writes the archive's files below `folder`, each under a temporary name until it is whole.
  static func extract(_ path: String, into folder: String) throws(DataError) {
    var message = [CChar](repeating: 0, count: Int(CI_MESSAGE_LENGTH))
    guard let reader = ci_gzip_open(path, &message) else { throw damaged(path, message) }
    try TarArchive(path: path, reader: reader).extract(into: folder)
  }

  private init(path: String, reader: OpaquePointer) { (self.path, self.reader) = (path, reader) }

  deinit { ci_gzip_close(reader) }

  private consuming func extract(into folder: String) throws(DataError) {
    var longName: String?
    while let header = try TarHeader(try read(512), path) {
      switch header.kind {
      case UInt8(ascii: "L"):
        longName = String(decoding: try read(header.size).prefix { $0 != 0 }, as: UTF8.self)
        try skipPadding(header.size)
        continue
      case UInt8(ascii: "0"), 0:
        let name = longName ?? header.name
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
          throw DataError(path, "holds a file '\(name)' that would lie outside of \(folder)", advice: "do not trust it")
        }
        try extractFile(to: folder.appendingPath(name), size: header.size)
      default:
        try skip(header.size)
      }
      longName = nil
      try skipPadding(header.size)
    }
  }

  private func extractFile(to target: String, size: Int) throws(DataError) {
    let parent = (target as NSString).deletingLastPathComponent
    do {
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    } catch {
      throw DataError(parent, "cannot be made: \(error.localizedDescription)")
    }
    let output = try OutputFile(target + ".part", appending: false)
    var rest = size
    while rest > 0 {
      let block = try read(min(rest, 1 << 20))
      rest -= block.count
      let failure = block.withUnsafeBytes { bytes -> DataError? in
        do throws(DataError) {
          try output.write(bytes)
          return nil
        } catch {
          return error
        }
      }
      if let failure { throw failure }
    }
    try output.close(renamingTo: target)
  }

  /// Exactly so many bytes.
  private func read(_ count: Int) throws(DataError) -> [UInt8] {
    var message = [CChar](repeating: 0, count: Int(CI_MESSAGE_LENGTH))
    var block = [UInt8](repeating: 0, count: count)
    let got = ci_gzip_read(reader, &block, count, &message)
    guard got >= 0 else { throw Self.damaged(path, message) }
    guard got == count else { throw DataError(path, "the archive ends early", advice: "fetch it again") }
    return block
  }

  private func skip(_ count: Int) throws(DataError) {
    var rest = count
    while rest > 0 { rest -= try read(min(rest, 1 << 20)).count }
  }

  /// Files fill whole blocks of 512 bytes.
  private func skipPadding(_ size: Int) throws(DataError) { try skip((512 - size % 512) % 512) }

  private static func damaged(_ path: String, _ message: [CChar]) -> DataError {
    let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return DataError(path, text, advice: "fetch it again")
  }
}

/// A tar file's header block.
private struct TarHeader {
  let name: String
  let size: Int
  /// "0" or 0: a file, "5": a folder, "L": GNU's long name.
  let kind: UInt8

  /// Nil at the archive's end, which is a block of zeros.
  init?(_ block: [UInt8], _ path: String) throws(DataError) {
    if block.allSatisfy({ $0 == 0 }) { return nil }
    func text(_ range: Range<Int>) -> String {
      String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self)
    }
    func octal(_ range: Range<Int>) -> Int? {
      let digits = text(range).filter { $0 != " " }
      return digits.isEmpty ? 0 : Int(digits, radix: 8)
    }
    // The checksum counts its own field as blanks.
    let sum = block.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(block[$1])) }
    guard octal(148..<156) == sum, let size = octal(124..<136), size >= 0 else {
      throw DataError(path, "no tar archive, or a damaged one", advice: "fetch it again")
    }
    let prefix = text(257..<262) == "ustar" ? text(345..<500) : ""
    name = prefix.isEmpty ? text(0..<100) : prefix + "/" + text(0..<100)
    self.size = size
    kind = block[156]
  }
}
