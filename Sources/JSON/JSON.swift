/// A JSON value that keeps the order of its members, so that its text is the same in every process.
///
/// Written as literals: `["step": 12, "loss": .number(loss), "split": "test"]`.
public enum JSON: Equatable, Sendable {
  /// A name and a value of an object.
  public struct Member: Equatable, Sendable {
    public let name: String
    public let value: JSON

    public init(_ name: String, _ value: JSON) {
      (self.name, self.value) = (name, value)
    }
  }

  case null
  case bool(Bool)
  case integer(Int)
  /// A number; written as null if it is not finite, which JSON cannot express.
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  /// A number, or null for nil.
  public static func number(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }

  /// The value of a member; nil if there is no such member, or if this is not an object.
  public subscript(name: String) -> JSON? { members?.first { $0.name == name }?.value }

  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }
  public var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
  public var text: String? { if case .string(let text) = self { text } else { nil } }
  public var integerValue: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The value as a number, also if it is an integer: another tool may have written 1.0 as 1.
  public var numberValue: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  public init(dictionaryLiteral members: (String, JSON)...) { self = .object(members.map { Member($0.0, $0.1) }) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .null }
}
