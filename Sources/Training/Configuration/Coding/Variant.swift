/// One of several forms of a value, chosen by a word, with keys of its own.
struct Variant<Value> {
  let name: String
  let meaning: String
  /// The key that a lone value stands for: `dropout: 0.5` is `dropout: {rate: 0.5}`.
  let shorthand: String?
  let fields: [FieldDescription]
  /// Defaults of the whole value that differ in this form, set before any key is read.
  let prepare: (inout Value) -> Void
  let decode: ([YAMLNode.Entry], _ path: String, SourcePlace, inout Value, inout DecodingContext) -> Void
  /// Nil for a value of another form.
  let encode: (Value) -> [YAMLNode.Entry]?

  /// - Parameters:
  ///   - template: What the form's own keys start from.
  ///   - prepare: Sets defaults of the keys that all forms have, where this form has others.
  ///   - apply: Gives the value this form.
  ///   - take: The form's own keys of a value, nil for a value of another form.
  init<Payload>(
    _ name: String, _ meaning: String, shorthand: String? = nil, template: Payload, fields: [Field<Payload>],
    prepare: @escaping (inout Value) -> Void = { _ in },
    apply: @escaping (Payload, inout Value) -> Void, take: @escaping (Value) -> Payload?
  ) {
    (self.name, self.meaning, self.shorthand, self.prepare) = (name, meaning, shorthand, prepare)
    self.fields = fields.map { $0.describedDefault(template) }
    decode = { entries, path, place, value, context in
      var payload = template
      FieldReader.decode(entries, fields: fields, into: &payload, path: path, place: place, context: &context)
      apply(payload, &value)
    }
    encode = { take($0).map { FieldReader.encode($0, fields: fields) } }
  }

  /// A form without keys of its own.
  init(
    _ name: String, _ meaning: String, apply: @escaping (inout Value) -> Void, matches: @escaping (Value) -> Bool
  ) {
    self.init(
      name, meaning, template: (), fields: .none, apply: { _, value in apply(&value) },
      take: { matches($0) ? () : nil })
  }
}
