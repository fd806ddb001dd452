import Hashing
import PlainText
import Testing

@Suite struct SHA256Tests {
  /// FIPS 180-4's examples, and lengths around the block size against coreutils' sha256sum.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func knownAnswers(_ message: String, _ digest: String) {
    var hash = SHA256()
    hash.update(message.utf8)
    #expect(hash.finalizeHexadecimal() == digest)
  }

  @Test func aMillionTimesA() {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let digest = bytes.withUnsafeBytes { SHA256.hexadecimal(of: $0) }
    #expect(digest == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func piecesGiveTheSameDigestAsTheWhole() {
    let bytes = (0..<300).map { UInt8($0 * 31 % 251) }
    for length in [55, 56, 63, 64, 65, 127, 128, 300] {
      var whole = SHA256()
      whole.update(bytes[0..<length])
      let expected = whole.finalizeHexadecimal()
      for piece in [1, 7, 63, 64, 65] {
        var hash = SHA256()
        for start in stride(from: 0, to: length, by: piece) { hash.update(bytes[start..<min(start + piece, length)]) }
        #expect(hash.finalizeHexadecimal() == expected, "\(length) bytes in pieces of \(piece)")
      }
    }
  }
}
