extension BinaryInteger {
  /// The number in lower-case hexadecimal, with zeros before it: at least `digits` digits.
  package func hexadecimal(digits: Int) -> String { String(self, radix: 16).leftPadded(to: digits, with: "0") }
}

extension Sequence<UInt8> {
  /// Two lower-case hexadecimal digits for each byte.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
