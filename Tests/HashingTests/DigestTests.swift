import Hashing
import Testing

@Suite struct DigestTests {
  /// The definition in plain words, a lane at a time.
  private func reference(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
    func mixed(_ number: UInt64) -> UInt64 {
      var z = number
      z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
      return z ^ z >> 31
    }
    let padded = bytes + [UInt8](repeating: 0, count: (256 - bytes.count % 256) % 256)
    var digest = mixed(seed ^ UInt64(bytes.count))
    for lane in 0..<64 {
      var x = UInt32(truncatingIfNeeded: mixed(seed &+ UInt64(lane + 1) &* 0x9e37_79b9_7f4a_7c15))
      for start in stride(from: 4 * lane, to: padded.count, by: 256) {
        let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(padded[start + $1]) << (8 * $1) }
        x = (x ^ word) &* 0x9e37_79b1
        x = x << 13 | x >> 19
      }
      digest = mixed(digest ^ UInt64(x))
    }
    return digest
  }

  private func data(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
  }

  private func digest(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
    bytes.withUnsafeBytes { Digest.of($0, seed: seed) }
  }

  @Test(arguments: [0, 1, 3, 4, 255, 256, 257, 511, 512, 513, 4099], [0, 1, UInt64.max])
  func itIsAsDefined(count: Int, seed: UInt64) {
    let bytes = data(count)
    #expect(digest(bytes, seed: seed) == reference(bytes, seed: seed))
  }

  @Test func everyFlippedBitShows() {
    var bytes = data(1031)
    let whole = digest(bytes)
    for bit in 0..<8 * bytes.count {
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(digest(bytes) != whole, "bit \(bit)")
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
  }

  /// Two changes that cancel in a weaker sum: the same bit twice in one lane, words that are swapped, zeros at the end.
  @Test func changesDoNotCancel() {
    let bytes = data(2048)
    let whole = digest(bytes)
    for bit in 0..<8 {
      var twice = bytes
      for index in [7, 7 + 256, 7 + 512, 7 + 768].prefix(2 * (1 + bit % 2)) { twice[index] ^= 1 << bit }
      #expect(digest(twice) != whole, "bit \(bit)")
    }
    var swapped = bytes
    for byte in 0..<4 { swapped.swapAt(byte, 256 + byte) }
    #expect(digest(swapped) != whole)
    #expect(digest(bytes + [0]) != whole && digest([0]) != digest([]) && digest([0, 0]) != digest([0]))
  }

  @Test func itDependsOnTheBytesAlone() {
    let bytes = data(1000)
    let whole = digest(bytes)
    for offset in 1..<64 {
      let moved = [UInt8](repeating: 9, count: offset) + bytes
      moved.withUnsafeBytes { #expect(Digest.of(UnsafeRawBufferPointer(rebasing: $0[offset...])) == whole) }
    }
  }
}
