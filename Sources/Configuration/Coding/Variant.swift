/// One of several forms of a value, chosen by a word, with keys of its own.
package struct Variant<Value: Sendable>: Sendable {
  package let name: String
  package let meaning: String
  /// The key that a lone value stands for: `dropout: 0.5` is `dropout: {rate: 0.5}`.
  package let shorthand: String?
  package let fields: [FieldDescription]
  /// Defaults of the whole value that differ in this form, set before any key is read.
  package let prepare: @Sendable (inout Value) -> Void
  package let decode:
    @Sendable ([YAMLNode.Entry], _ path: String, ConfigurationLocation, inout Value, inout DecodingContext) -> Void
  /// Reports keys of a value that do not go together.
  package let check: @Sendable (Value, inout DecodingContext) -> Void
  /// Nil for a value of another form.
  package let encode: @Sendable (Value) -> [YAMLNode.Entry]?

  /// - Parameters:
  ///   - template: Initial values of the form's own keys.
  ///   - prepare: Sets the defaults in which this form differs from the others.
  ///   - apply: Gives the value this form.
  ///   - take: Returns the form's own keys of a value; nil for a value of another form.
  package init<Payload: Sendable>(
    _ name: String, _ meaning: String, shorthand: String? = nil, template: Payload, fields: [Field<Payload>],
    prepare: @escaping @Sendable (inout Value) -> Void = { _ in },
    apply: @escaping @Sendable (Payload, inout Value) -> Void, take: @escaping @Sendable (Value) -> Payload?,
    check: @escaping @Sendable (Value, inout DecodingContext) -> Void = { _, _ in }
  ) {
    (self.name, self.meaning, self.shorthand) = (name, meaning, shorthand)
    (self.prepare, self.check) = (prepare, check)
    self.fields = fields.map { $0.describedDefault(template) }
    decode = { entries, path, location, value, context in
      var payload = template
      FieldReader.decode(entries, fields: fields, into: &payload, path: path, location: location, context: &context)
      apply(payload, &value)
    }
    encode = { take($0).map { FieldReader.encode($0, fields: fields) } }
  }

  /// A form without keys of its own.
  package init(
    _ name: String, _ meaning: String, apply: @escaping @Sendable (inout Value) -> Void,
    matches: @escaping @Sendable (Value) -> Bool
  ) {
    self.init(
      name, meaning, template: (), fields: .none, apply: { _, value in apply(&value) },
      take: { matches($0) ? () : nil })
  }
}
