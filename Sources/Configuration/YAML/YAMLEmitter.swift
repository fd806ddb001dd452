import PlainText

/// Writes nodes as YAML: sections and lists of layers as blocks, everything else on one line.
package enum YAMLEmitter {
  /// A document whose root is a mapping of sections.
  package static func document(_ root: YAMLNode) -> String {
    lines(root, blockDepth: 2).joined(separator: "\n") + "\n"
  }

  /// The node on one line, as differences and tables show it.
  package static func inline(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let text, let quoted): quoted ? quote(text) : text
    case .sequence(let items): "[" + items.map(inline).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key): \(inline($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  /// The node's lines, not indented. Mappings down to `blockDepth` are blocks whatever they hold.
  private static func lines(_ node: YAMLNode, blockDepth: Int) -> [String] {
    guard isBlock(node, blockDepth: blockDepth) else { return [inline(node)] }
    switch node.content {
    case .scalar: return [inline(node)]
    case .sequence(let items):
      return items.flatMap { item in
        let lines = lines(item, blockDepth: 1)
        return zip(lines, lines.indices).map { ($1 == 0 ? "- " : "  ") + $0 }
      }
    case .mapping(let entries):
      return entries.flatMap { entry in
        guard isBlock(entry.value, blockDepth: blockDepth - 1) else { return ["\(entry.key): \(inline(entry.value))"] }
        return ["\(entry.key):"] + lines(entry.value, blockDepth: blockDepth - 1).map { "  " + $0 }
      }
    }
  }

  private static func isBlock(_ node: YAMLNode, blockDepth: Int) -> Bool {
    switch node.content {
    case .scalar: false
    case .sequence(let items): items.contains { !$0.isScalar }
    case .mapping(let entries):
      !entries.isEmpty && (blockDepth > 0 || entries.contains { isBlock($0.value, blockDepth: 0) })
    }
  }

  private static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case _ where isReadAsItself(scalar): quoted.unicodeScalars.append(scalar)
      default:
        let (kind, length) = scalar.value < 0x100 ? ("x", 2) : ("u", 4)
        quoted += "\\" + kind + scalar.value.hexadecimal(digits: length)
      }
    }
    return quoted + "\""
  }

  /// Whether the YAML library takes a character as it stands. It refuses controls and noncharacters, takes U+0085, U+2028 and
  /// U+2029 for line ends, and U+FEFF for a byte order mark. All of these are below U+10000.
  private static func isReadAsItself(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7e, 0xa0...0x2027, 0x202a...0xd7ff, 0xe000...0xfefe, 0xff00...0xfffd, 0x10000...0x10ffff: true
    default: false
    }
  }
}
