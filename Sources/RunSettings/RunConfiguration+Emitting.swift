import Configuration

extension RunConfiguration {
  /// The whole configuration as YAML, defaults filled in. Reading it back gives an equal configuration.
  public func effectiveYAML() -> String { YAMLEmitter.document(Self.record.codec.encode(self)) }

  /// Every setting as its dotted path and its value, in the order of the YAML: `training.batch_size`, `100`.
  public func settings() -> [(path: String, value: String)] {
    var settings: [(path: String, value: String)] = []
    Self.flatten(Self.record.codec.encode(self), path: "", into: &settings)
    return settings
  }

  /// Lists of plain values stay whole; lists of layers are split into their items.
  private static func flatten(
    _ node: YAMLNode, path: String, into settings: inout [(path: String, value: String)]
  ) {
    func join(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    switch node.content {
    case .mapping(let entries) where !entries.isEmpty:
      for entry in entries { flatten(entry.value, path: join(entry.key), into: &settings) }
    case .sequence(let items) where path.hasPrefix("model.") && !items.isEmpty && !isNumeric(items):
      for (index, item) in items.enumerated() { flatten(item, path: join("\(index)"), into: &settings) }
    default:
      settings.append((path, YAMLEmitter.inline(node)))
    }
  }

  private static func isNumeric(_ items: [YAMLNode]) -> Bool {
    items.allSatisfy { item in
      if case .scalar(let text, _) = item.content { NumberText.number(text) != nil } else { false }
    }
  }
}
