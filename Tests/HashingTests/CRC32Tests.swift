import Hashing
import Testing

@Suite struct CRC32Tests {
  /// The check value of the algorithm's definition, the checksum of nothing, and one that begins with zeros (from zlib).
  @Test(arguments: [("123456789", "cbf43926"), ("", "00000000"), ("lockstep 70", "0087e0da")])
  func knownValues(text: String, expected: String) {
    #expect(CRC32.hexadecimal(of: Array(text.utf8)) == expected)
  }

  @Test func piecesGiveTheSumOfTheWhole() {
    let bytes = (0..<1031).map { UInt8(truncatingIfNeeded: $0 &* 73) }
    for cut in [0, 1, 500, 1031] {
      var checksum = CRC32()
      bytes[..<cut].withUnsafeBytes { checksum.update($0) }
      bytes[cut...].withUnsafeBytes { checksum.update($0) }
      #expect(checksum.hexadecimal == CRC32.hexadecimal(of: bytes))
    }
  }
}
