/// Describes records and forms in Markdown.
package enum ReferencePage {
  package static func section<Root>(_ record: Record<Root>) -> String {
    var fields = record.fields.map { $0.describedDefault(record.template) }
    var parts = ["## `\(record.name)`", record.summary]
    if let choice = record.choice {
      let fallback = choice.isFallbackUnnamed ? "none" : choice.fallback
      let description = FieldDescription(
        name: choice.key, type: choice.type, isRequired: false, example: "", defaultText: fallback,
        meaning: choice.meaning)
      fields.insert(description, at: 0)
      parts += [table(fields)] + forms(choice)
    } else {
      parts.append(table(fields))
    }
    return parts.joined(separator: "\n\n")
  }

  private static func forms<Root>(_ choice: Choice<Root>) -> [String] {
    var parts = [choice.variants.map { "- `\($0.name)`: \($0.meaning)" }.joined(separator: "\n")]
    for variant in choice.variants where !variant.fields.isEmpty {
      let isUnnamed = choice.isFallbackUnnamed && variant.name == choice.fallback
      let title = isUnnamed ? "Without `\(choice.key)`:" : "Keys that go with `\(choice.key): \(variant.name)`:"
      parts += [title, table(variant.fields)]
    }
    return parts
  }

  package static func table(_ fields: [FieldDescription]) -> String {
    let rows = fields.map { field in
      let fallback = field.isRequired ? "required" : field.defaultText.map { $0.isWords ? $0 : "`\($0)`" } ?? ""
      return "| `\(field.name)` | \(field.type) | \(fallback) | \(field.meaning) |"
    }
    return (["| key | type | default | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
  }
}

extension String {
  /// Whether a default is described in words, not given as a value.
  fileprivate var isWords: Bool { contains(" ") && !hasPrefix("[") && !hasPrefix("{") || self == "none" }
}
