/// The tokens of a text, in a mapped file or in memory, two or four bytes each, little-endian.
public struct TokenSequence: Sendable {
  enum Storage: Sendable {
    case mapped(FileContents)
    case memory([UInt8])
  }

  private let storage: Storage
  /// Byte at which the first token lies.
  private let offset: Int
  private let width: TokenWidth
  public let count: Int

  init(_ storage: Storage, offset: Int, width: TokenWidth, count: Int) {
    (self.storage, self.offset, self.width, self.count) = (storage, offset, width, count)
  }

  public subscript(index: Int) -> Int32 {
    var token: Int32 = 0
    copy(index..<index + 1, to: &token)
    return token
  }

  /// Copies tokens to `destination`, which has capacity for as many.
  public func copy(_ range: Range<Int>, to destination: UnsafeMutablePointer<Int32>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens \(range) of \(count)")
    withBytes { bytes in
      let start = offset + range.lowerBound * width.rawValue
      switch width {
      case .two:
        for index in 0..<range.count {
          let token = bytes.loadUnaligned(fromByteOffset: start + 2 * index, as: UInt16.self)
          destination[index] = Int32(UInt16(littleEndian: token))
        }
      case .four:
        for index in 0..<range.count {
          let token = bytes.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)
          destination[index] = Int32(bitPattern: UInt32(littleEndian: token))
        }
      }
    }
  }

  /// Whether every token is in 0 ..< `bound`; at the speed of memory.
  func areBelow(_ bound: Int) -> Bool {
    guard bound >= 0, bound < 1 << (8 * width.rawValue) else { return true }
    return withBytes { bytes in
      switch width {
      case .two:
        var largest: UInt16 = 0
        for index in 0..<count {
          let token = bytes.loadUnaligned(fromByteOffset: offset + 2 * index, as: UInt16.self)
          largest = max(largest, UInt16(littleEndian: token))
        }
        return count == 0 || Int(largest) < bound
      case .four:
        var largest: UInt32 = 0
        for index in 0..<count {
          let token = bytes.loadUnaligned(fromByteOffset: offset + 4 * index, as: UInt32.self)
          largest = max(largest, UInt32(littleEndian: token))
        }
        return count == 0 || Int(largest) < bound
      }
    }
  }

  private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch storage {
    case .mapped(let file): file.withBytes(body)
    case .memory(let bytes): bytes.withUnsafeBytes(body)
    }
  }
}

/// Bytes of a token in a file.
enum TokenWidth: Int, Sendable {
  case two = 2
  case four = 4

  init(vocabularySize: Int) { self = vocabularySize <= 1 << 16 ? .two : .four }

  func append(_ tokens: UnsafeBufferPointer<Int32>, to bytes: inout [UInt8]) {
    for token in tokens {
      let bits = UInt32(bitPattern: token)
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      if self == .four {
        bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
        bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
      }
    }
  }
}
