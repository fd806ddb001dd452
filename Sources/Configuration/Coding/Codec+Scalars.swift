extension Codec where Value == Int {
  /// - Parameter largest: Lower than `SchemaInteger.largest` for things of which each takes memory.
  package static func integer(atLeast minimum: Int, atMost largest: Int = SchemaInteger.largest) -> Codec {
    Codec(
      type: "integer ≥ \(minimum)",
      parse: { text, quoted in
        quoted ? nil : NumberText.integer(text).flatMap { (minimum...largest).contains($0) ? $0 : nil }
      },
      format: { YAMLNode(plain: "\($0)") },
      hint: { text, quoted, _ in SchemaInteger.hint(text, quoted, largest: largest) })
  }

  /// A size in a model.
  package static func size(atLeast minimum: Int = 1) -> Codec { integer(atLeast: minimum) }

  /// A number of layers or blocks. Each is built before the memory of all is compared with the machine's.
  package static var depth: Codec { integer(atLeast: 1, atMost: 1024) }
}

/// Every integer of the schema but the seed is at most this, so that sums and products of two do not overflow.
package enum SchemaInteger {
  package static let largest = Int(Int32.max)
  /// Largest number of synthetic samples, and of values in a sample: memory holds all of them.
  package static let largestSynthetic = 100_000_000

  package static func hint(_ text: String, _ quoted: Bool = false, largest: Int = largest) -> String? {
    if quoted { return NumberText.hint(text, quoted) }
    return NumberText.number(text).flatMap { $0 > Double(largest) ? "the largest is \(largest)" : nil }
  }
}

extension Codec where Value == Int? {
  /// An integer from 1 on, or the word that stands for nil.
  package static func count(or word: String) -> Codec {
    Codec(
      type: "integer ≥ 1 or \(word)",
      parse: { text, quoted in
        if text == word { return .some(nil) }
        guard !quoted, let count = NumberText.integer(text), (1...SchemaInteger.largest).contains(count) else {
          return nil
        }
        return count
      },
      format: { YAMLNode(plain: $0.map { "\($0)" } ?? word) },
      hint: { text, quoted, context in
        context.nearestWord(text, in: [word]).map { "did you mean '\($0)'?" } ?? SchemaInteger.hint(text, quoted)
      })
  }
}

extension Codec where Value == [Int] {
  /// A list of sizes in a model.
  package static func sizes(atLeast minimum: Int) -> Codec {
    Codec<Int>.size().list("integers ≥ 1", atLeast: minimum)
  }
}

extension Codec where Value == UInt64 {
  package static var seed: Codec {
    Codec(
      type: "integer from 0 to 2⁶⁴ − 1", parse: { text, quoted in quoted ? nil : UInt64(text) },
      format: { YAMLNode(plain: "\($0)") }, hint: { text, quoted, _ in NumberText.hint(text, quoted) })
  }
}

extension Codec where Value == Double {
  /// - Parameter type: the set of values in words, `number ≥ 0`.
  package static func number(_ type: String, _ isValid: @escaping @Sendable (Double) -> Bool) -> Codec {
    Codec(
      type: type,
      parse: { text, quoted in
        quoted ? nil : NumberText.number(text).flatMap { isValid($0) ? $0 : nil }
      },
      format: { YAMLNode(plain: NumberText.format($0)) }, hint: { text, quoted, _ in NumberText.hint(text, quoted) })
  }

  package static var positive: Codec { number("number > 0") { $0 > 0 } }
  package static var notNegative: Codec { number("number ≥ 0") { $0 >= 0 } }
  /// From 0 up to, but not including, 1.
  package static var share: Codec { number("number in [0, 1)") { $0 >= 0 && $0 < 1 } }
}

extension Codec where Value == Bool {
  package static var truth: Codec {
    Codec(
      type: "true or false",
      parse: { text, quoted in quoted ? nil : ["true": true, "false": false][text.lowercased()] },
      format: { YAMLNode(plain: "\($0)") },
      hint: { text, quoted, _ in
        if quoted { return NumberText.hint(text, quoted) }
        if ["yes", "on", "1"].contains(text.lowercased()) { return "write true" }
        if ["no", "off", "0"].contains(text.lowercased()) { return "write false" }
        return nil
      })
  }
}

extension Codec where Value == Bool? {
  /// `true`, `false`, or `auto`, which stands for nil.
  package static var truthOrAutomatic: Codec { word([("auto", nil), ("true", true), ("false", false)]) }
}

extension Codec where Value == String {
  /// Any text. It is written in quotes, so that every reader takes it for a text.
  package static var text: Codec {
    Codec(
      type: "text", parse: { text, _ in text.isEmpty ? nil : text },
      format: { YAMLNode(.scalar($0, quoted: true)) })
  }
}

extension Codec {
  /// One of a fixed list of words.
  package static func word(_ words: [(String, Value)]) -> Codec where Value: Equatable {
    let names = words.map(\.0)
    return Codec(
      type: "one of \(names.joined(separator: ", "))",
      parse: { text, _ in words.first { $0.0 == text }?.1 },
      format: { value in
        guard let name = words.first(where: { $0.1 == value })?.0 else {
          preconditionFailure("\(value) is none of \(names)")
        }
        return YAMLNode(plain: name)
      },
      hint: { text, _, context in
        context.names.advice(onWord: text) ?? context.nearestWord(text, in: names).map { "did you mean '\($0)'?" }
      })
  }

  package static func word() -> Codec
  where Value: CaseIterable & RawRepresentable & Equatable, Value.RawValue == String {
    word(Value.allCases.map { ($0.rawValue, $0) })
  }
}

/// Numbers as people write them. YAML 1.1 requires a dot in `1e-5`; nobody writes it.
package enum NumberText {
  package static func number(_ text: String) -> Double? {
    // Leaves out what Double also reads: hexadecimal, inf, nan.
    guard text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE_".contains($0)) }) else { return nil }
    return Double(text.filter { $0 != "_" }).flatMap { $0.isFinite ? $0 : nil }
  }

  /// Also `50_000` and `5e4`.
  package static func integer(_ text: String) -> Int? {
    if let value = Int(text.filter { $0 != "_" }) { return value }
    guard text.contains("e") || text.contains("E"), let value = number(text) else { return nil }
    return Int(exactly: value)
  }

  /// The shortest text that reads back as the same number, with the dot that YAML 1.1 requires.
  package static func format(_ value: Double) -> String {
    let text = "\(value)"
    guard let exponent = text.firstIndex(of: "e"), !text[..<exponent].contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  package static func hint(_ text: String, _ quoted: Bool) -> String? { quoted ? "leave out the quotes" : nil }
}
