import PlainText
import Testing

@Suite struct PlainTextTests {
  @Test func padding() {
    #expect(
      "ab".padded(to: 4) == "ab  " && "ab".leftPadded(to: 4) == "  ab" && "7".leftPadded(to: 3, with: "0") == "007")
    #expect("abc".padded(to: 2) == "abc" && "abc".leftPadded(to: 2) == "abc")
    // One character of two scalars.
    #expect("e\u{301}".padded(to: 2) == "e\u{301} ")
  }

  @Test func hexadecimal() {
    #expect(UInt32(0xBEE).hexadecimal(digits: 4) == "0bee" && UInt64.max.hexadecimal(digits: 2).count == 16)
    #expect([0, 0x0A, 0xFF].hexadecimal == "000aff" && [UInt8]().hexadecimal.isEmpty)
  }

  @Test(
    "characters that a terminal obeys are replaced",
    arguments: [
      ("a\u{1B}[31mb", "a\u{FFFD}[31mb"), ("a\nb", "a\u{FFFD}b"), ("\u{202E}x\u{85}", "\u{FFFD}x\u{FFFD}"),
      ("ä→", "ä→"),
    ])
  func controls(text: String, expected: String) {
    #expect(text.onOneLine == expected)
    #expect(PrintableText.replacingControls(in: text, but: ["\n"]) == (text == "a\nb" ? text : expected))
  }
}
