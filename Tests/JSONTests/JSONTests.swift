import Testing

@testable import JSON

@Suite struct JSONTests {
  @Test func keepsTheOrderOfMembers() throws {
    let value: JSON = ["step": 12, "b": [1, 2.5, nil], "a": ["z": true, "y": "text"]]
    #expect(value.description == #"{"step":12,"b":[1,2.5,null],"a":{"z":true,"y":"text"}}"#)
    #expect(try JSON(parsing: value.description) == value)
  }

  @Test func writesWhatIsNotFiniteAsNull() {
    #expect(
      JSON.array([.number(.nan), .number(.infinity), .number(nil), .number(0.1)]).description == "[null,null,null,0.1]")
  }

  @Test(arguments: ["", "\"", "\\", "a\nb\tc\r", "\u{1}\u{1f}", "größer", "🙂", "\u{2028}"])
  func stringsComeBack(_ text: String) throws {
    #expect(try JSON(parsing: JSON.string(text).description) == .string(text))
  }

  @Test(arguments: [0, 0.1, -0.0, 1e-300, .leastNonzeroMagnitude, 1.7976931348623157e308, 3.0000000000000004])
  func numbersComeBackBitForBit(_ value: Double) throws {
    let read = try JSON(parsing: JSON.number(value).description).numberValue
    #expect(read?.bitPattern == value.bitPattern)
  }

  @Test func readsWhatOthersWrite() throws {
    let text = " { \"a\" : [ -1 , 2e3 , 1.5E-1 ] ,\n\"\\u0062\\ud83d\\ude42\" : \"\\/\\b\\f\" } "
    let expected: JSON = ["a": [-1, 2000.0, 0.15], "b🙂": "/\u{8}\u{c}"]
    #expect(try JSON(parsing: text) == expected)
  }

  @Test(arguments: [
    ("", 0), ("{", 1), ("[1,]", 3), ("[1 2]", 3), ("{\"a\":1,\"a\":2}", 7), ("{a:1}", 1), ("{\"a\" 1}", 5), ("01", 1),
    ("-", 1), ("1.", 2), ("1e", 2), ("1e999", 0), ("+1", 0), ("NaN", 0), ("\"\n\"", 1), ("\"\\x\"", 2), ("\"abc", 4),
    ("\"\\ud83d\"", 3), ("\"\\u12g4\"", 5), ("tru", 0), ("[] []", 3), ("'a'", 0),
  ])
  func refusesWithTheOffset(_ text: String, _ offset: Int) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
    #expect(error?.offset == offset)
  }

  @Test func refusesInvalidUTF8() {
    #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xC3, 0x28, 0x22]) }
  }

  @Test func refusesDeepNestingInsteadOfOverflowingTheStack() throws {
    #expect(throws: JSONError.self) { try JSON(parsing: String(repeating: "[", count: 1_000_000)) }
    let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try JSON(parsing: deep).description == deep)
  }
}
