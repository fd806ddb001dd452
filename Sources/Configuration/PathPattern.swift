/// A pattern over dotted paths such as `blocks.0.norm1.weight`.
///
/// `*` stands for any number of characters, dots included: `blocks.0.*` matches all of a block. `**` is the same. `?` stands for
/// one character other than a dot, `[0-3]` for one character of a range or of several, and `[!0-3]` for one other than these and
/// a dot.
package struct PathPattern: Sendable {
  package let text: String
  /// Position of the pattern in its file.
  package let location: ConfigurationLocation
  private let tokens: [Token]

  private enum Token: Sendable {
    case byte(UInt8)
    /// `?`
    case one
    /// `[…]`
    case oneOf([ClosedRange<UInt8>], isInverted: Bool)
    /// `*`
    case any

    func matches(_ byte: UInt8) -> Bool {
      switch self {
      case .byte(let own): own == byte
      case .one: byte != dot
      case .oneOf(let ranges, let isInverted): byte != dot && ranges.contains { $0.contains(byte) } != isInverted
      case .any: true
      }
    }

    var isAny: Bool { if case .any = self { true } else { false } }
  }

  /// A pattern that every path matches.
  package static let everything = PathPattern(text: "*", location: .none, tokens: [.any])

  private init(text: String, location: ConfigurationLocation, tokens: [Token]) {
    (self.text, self.location, self.tokens) = (text, location, tokens)
  }

  /// Nil if the text is empty, or if brackets are empty, not closed, or have a descending range.
  package init?(_ text: String, at location: ConfigurationLocation = .none) {
    var tokens: [Token] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "*"): if tokens.last?.isAny != true { tokens.append(.any) }
      case UInt8(ascii: "?"): tokens.append(.one)
      case UInt8(ascii: "["):
        guard let set = Self.set(&rest) else { return nil }
        tokens.append(set)
      default: tokens.append(.byte(byte))
      }
    }
    guard !tokens.isEmpty else { return nil }
    self.init(text: text, location: location, tokens: tokens)
  }

  /// The set behind an opening bracket, closing bracket included.
  private static func set(_ rest: inout ArraySlice<UInt8>) -> Token? {
    guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
    var members = rest[rest.startIndex..<end]
    rest = rest[(end + 1)...]
    let isInverted = members.first == UInt8(ascii: "!")
    if isInverted { members.removeFirst() }
    var ranges: [ClosedRange<UInt8>] = []
    while let first = members.popFirst() {
      guard members.first == UInt8(ascii: "-"), members.count >= 2 else {
        ranges.append(first...first)
        continue
      }
      members.removeFirst()
      guard let last = members.popFirst(), first <= last else { return nil }
      ranges.append(first...last)
    }
    return ranges.isEmpty ? nil : .oneOf(ranges, isInverted: isInverted)
  }

  /// Whether the pattern matches a whole path.
  package func matches(_ path: String) -> Bool {
    let bytes = Array(path.utf8)
    var (byte, token) = (0, 0)
    // The last star that was passed, and the first byte that it does not stand for yet.
    var star: (token: Int, byte: Int)?
    while byte < bytes.count {
      if token < tokens.count, tokens[token].isAny {
        star = (token, byte)
        token += 1
      } else if token < tokens.count, tokens[token].matches(bytes[byte]) {
        (byte, token) = (byte + 1, token + 1)
      } else if let (last, start) = star {
        star = (last, start + 1)
        (byte, token) = (start + 1, last + 1)
      } else {
        return false
      }
    }
    return tokens[token...].allSatisfy(\.isAny)
  }

  /// The paths that the pattern matches after the fewest edits, nearest first; equally near ones keep their order. A layer's name
  /// that stands alone counts as one edit.
  package func nearest(in paths: [String], atMost count: Int) -> [String] {
    // Time grows with the product of the lengths, and no path of a model is as long.
    guard tokens.count <= Self.longest else { return Array(paths.prefix(count)) }
    let inside = tokens + [.byte(dot), .any]
    let near = paths.enumerated().map { number, path in
      (min(Self.distance(tokens, to: path), Self.distance(inside, to: path) + 1), number)
    }.sorted { $0 < $1 }
    return near.prefix(count).map { paths[$0.1] }
  }

  private static let longest = 200

  /// Edits (insertions, deletions, replacements) until the pattern matches: Levenshtein's distance, where a star costs nothing.
  private static func distance(_ tokens: [Token], to path: String) -> Int {
    let bytes = Array(path.utf8.prefix(longest))
    var last = Array(0...bytes.count)
    for token in tokens {
      var row = [token.isAny ? last[0] : last[0] + 1]
      for (index, byte) in bytes.enumerated() {
        row.append(
          token.isAny
            ? min(last[index + 1], row[index])
            : min(last[index] + (token.matches(byte) ? 0 : 1), last[index + 1] + 1, row[index] + 1))
      }
      last = row
    }
    return last[bytes.count]
  }
}

private let dot = UInt8(ascii: ".")

extension PathPattern: Equatable {
  /// Equal texts are equal patterns, wherever they were written.
  package static func == (a: PathPattern, b: PathPattern) -> Bool { a.text == b.text }
}

extension Codec where Value == PathPattern {
  package static var pathPattern: Codec {
    let type = "pattern of paths"
    return Codec(
      type: type,
      decode: { node, path, context in
        guard case .scalar(let text, _) = node.content, !node.isNull else {
          context.mismatch(node, path: path, expected: type, hint: "for example \"blocks.0.*\"")
          return nil
        }
        if let pattern = PathPattern(text, at: node.location) { return pattern }
        context.mismatch(
          node, path: path, expected: type,
          hint: text.isEmpty ? "for example \"blocks.0.*\"" : "brackets hold characters or a range: [0-3]")
        return nil
      },
      encode: { YAMLNode(.scalar($0.text, quoted: true)) })
  }
}
