/// A value of a configuration with the location it was read from, if it was read.
///
/// Scalars stay text until a codec reads them, so `1e-5` and `1.0e-5` are one number, and YAML 1.1's surprises (`no`
/// as false, `012` as ten) cannot happen.
package struct YAMLNode: Sendable {
  package enum Content: Sendable {
    case scalar(String, quoted: Bool)
    case sequence([YAMLNode])
    case mapping([Entry])
  }

  package struct Entry: Sendable {
    package var key: String
    package var keyLocation: ConfigurationLocation
    package var value: YAMLNode

    package init(key: String, keyLocation: ConfigurationLocation, value: YAMLNode) {
      (self.key, self.keyLocation, self.value) = (key, keyLocation, value)
    }
  }

  package var content: Content
  package var location = ConfigurationLocation.none

  package static let null = YAMLNode(plain: "null")

  package init(_ content: Content, at location: ConfigurationLocation = .none) {
    (self.content, self.location) = (content, location)
  }

  /// A word or a number.
  package init(plain text: String) { self.init(.scalar(text, quoted: false)) }

  package init(mapping entries: [(String, YAMLNode)]) {
    self.init(.mapping(entries.map { Entry(key: $0.0, keyLocation: .none, value: $0.1) }))
  }

  /// Whether the value is empty, `null` or `~`, without quotes.
  package var isNull: Bool {
    guard case .scalar(let text, quoted: false) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  package var isScalar: Bool {
    if case .scalar = content { true } else { false }
  }

  package var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// Description of the value for messages.
  package var summary: String {
    switch content {
    case .scalar where isNull: "nothing"
    case .scalar(let text, quoted: false): "'\(text.shortened)'"
    case .scalar(let text, quoted: true): "the string \"\(text.shortened)\""
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
