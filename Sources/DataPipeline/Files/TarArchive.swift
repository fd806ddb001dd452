import CImageFiles
import Files
import Foundation

/// Unpacks gzipped tar archives: POSIX ustar, with GNU's long names. Plain files and folders only, which is all that
/// data sets hold; links and devices are passed over.
///
/// A small archive may inflate to very many bytes. So that number is limited, the sizes in headers are compared with the rest of
/// it, and nothing of such a size is held in memory.
struct TarArchive: ~Copyable {
  private let path: String
  private let reader: OpaquePointer
  private let limit: Int
  /// Bytes that may still be inflated.
  private var rest: Int

  /// Longest path on Linux, in bytes.
  private static let longestName = 4096
  private static let blockSize = 1 << 20

  /// Writes the archive's files below `folder`, each under a temporary name until it is whole.
  ///
  /// - Parameter limit: Bytes that the archive may inflate to.
  static func extract(_ path: String, into folder: String, inflatingAtMost limit: Int) throws(DataError) {
    var message = [CChar](repeating: 0, count: Int(CI_MESSAGE_LENGTH))
    guard let reader = ci_gzip_open(path, &message) else { throw damaged(path, message) }
    try TarArchive(path: path, reader: reader, limit: limit).extract(into: folder)
  }

  private init(path: String, reader: OpaquePointer, limit: Int) {
    (self.path, self.reader, self.limit, rest) = (path, reader, limit, limit)
  }

  deinit { ci_gzip_close(reader) }

  private consuming func extract(into folder: String) throws(DataError) {
    var longName: String?
    while let header = try TarHeader(try read(512), path) {
      guard header.size <= rest else {
        throw tooLarge("promises an entry of \(header.size) bytes, where \(rest) are left")
      }
      switch header.kind {
      case UInt8(ascii: "L"):
        guard header.size <= Self.longestName else {
          throw DataError(
            path, "promises a name of \(header.size) bytes; the longest allowed is \(Self.longestName)",
            advice: "do not trust it")
        }
        longName = String(decoding: try read(header.size).prefix { $0 != 0 }, as: UTF8.self)
        try skipPadding(header.size)
        continue
      case UInt8(ascii: "0"), 0:
        let name = longName ?? header.name
        // Archives older than POSIX have folders as files whose names end like this.
        if name.hasSuffix("/") || name.isEmpty {
          try skip(header.size)
          break
        }
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

  private mutating func extractFile(to target: String, size: Int) throws(DataError) {
    try Paths.createFolder(target.parentFolder)
    let file = try AtomicFile<DataError>(path: target)
    var rest = size
    while rest > 0 {
      let block = try read(min(rest, Self.blockSize))
      rest -= block.count
      try file.append(block)
    }
    try file.commit(isDurable: false)
  }

  /// Reads exactly `count` bytes.
  private mutating func read(_ count: Int) throws(DataError) -> [UInt8] {
    guard count <= rest else { throw tooLarge("inflates to more") }
    rest -= count
    var message = [CChar](repeating: 0, count: Int(CI_MESSAGE_LENGTH))
    var block = [UInt8](repeating: 0, count: count)
    let got = ci_gzip_read(reader, &block, count, &message)
    guard got >= 0 else { throw Self.damaged(path, message) }
    guard got == count else { throw DataError(path, "the archive ends early", advice: "fetch it again") }
    return block
  }

  private mutating func skip(_ count: Int) throws(DataError) {
    var rest = count
    while rest > 0 { rest -= try read(min(rest, Self.blockSize)).count }
  }

  /// Files fill whole blocks of 512 bytes.
  private mutating func skipPadding(_ size: Int) throws(DataError) { try skip((512 - size % 512) % 512) }

  private func tooLarge(_ problem: String) -> DataError {
    DataError(path, "\(problem); the limit for this archive is \(limit) bytes", advice: "do not trust it")
  }

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
