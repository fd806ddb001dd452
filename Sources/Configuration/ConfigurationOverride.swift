/// `a.b=value` from the command line: puts a value into the tree before it is decoded, so that it is checked and
/// reported like one of the file.
package struct ConfigurationOverride {
  private let text: String
  private let keys: [String]
  private let value: YAMLNode

  /// Nil after it has reported what is wrong with the text.
  package init?(_ text: String, issues: inout [ConfigurationIssue]) {
    let location = ConfigurationLocation.override(text)
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      let issue = ConfigurationIssue(
        location: location, message: "an override is key=value", hint: "write --set training.batch_size=64")
      issues.append(issue)
      return nil
    }
    let path = text[..<equals]
    keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard keys.allSatisfy({ !$0.isEmpty }) else {
      issues.append(ConfigurationIssue(location: location, message: "'\(path)' is not a path of keys", hint: nil))
      return nil
    }
    self.text = text
    let written = text[text.index(after: equals)...]
    guard Self.isYAML(written) else {
      // White space around a number, a truth value or null is not part of it.
      let word = String(written.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      let isPlain = NumberText.number(word) != nil || ["true", "false", "null", "~"].contains(word)
      value = YAMLNode(.scalar(isPlain ? word : String(written), quoted: false), at: location)
      return
    }
    var reader = YAMLReader(override: text)
    let value = reader.read(String(written))
    issues += reader.issues
    guard reader.issues.isEmpty else { return nil }
    self.value = value ?? YAMLNode(.scalar("", quoted: false), at: location)
  }

  /// Whether the value is a list, a mapping or a text in quotes. Any other value is taken literally: YAML would cut `/x #3`
  /// short, and make a mapping of `a: b`.
  private static func isYAML(_ written: Substring) -> Bool {
    let text = written.drop { $0 == " " }
    guard let first = text.first, let last = text.last(where: { $0 != " " }) else { return false }
    return [("[", "]"), ("{", "}"), ("\"", "\""), ("'", "'")].contains { $0 == first && $1 == last } && text.count > 1
  }

  /// - Parameter rivals: Groups of keys that exclude each other, by section: the key given here replaces the others of its group.
  package func apply(
    to root: inout YAMLNode, replacing rivals: [String: [[String]]], issues: inout [ConfigurationIssue]
  ) {
    set(keys[...], in: &root, path: "", issues: &issues)
    if !value.isNull, let section = keys.first, keys.count == 2,
      let group = rivals[section]?.first(where: { $0.contains(keys[1]) })
    {
      replace(group, by: keys[1], section: section, in: &root)
    }
  }

  /// Removes the file's values of keys that exclude the one given here. Values from other overrides stay, and are reported if
  /// they conflict.
  private func replace(_ group: [String], by key: String, section: String, in root: inout YAMLNode) {
    guard case .mapping(var sections) = root.content, let index = sections.firstIndex(where: { $0.key == section }),
      case .mapping(let entries) = sections[index].value.content
    else { return }
    // Layers replace an architecture with all its sizes.
    let replacesForm = section == "model" && key == "layers" && entries.contains { $0.key == "architecture" }
    let kept = entries.filter { entry in
      if case .override = entry.keyLocation { return true }
      return entry.key == key || !(replacesForm || group.contains(entry.key))
    }
    sections[index].value.content = .mapping(kept)
    root.content = .mapping(sections)
  }

  private func set(
    _ keys: ArraySlice<String>, in node: inout YAMLNode, path: String, issues: inout [ConfigurationIssue]
  ) {
    guard let key = keys.first else {
      node = value
      return
    }
    let location = ConfigurationLocation.override(text)
    let childPath = path.isEmpty ? key : "\(path).\(key)"
    if node.isNull { node = YAMLNode(.mapping([]), at: location) }
    switch node.content {
    case .mapping(var entries):
      if let index = entries.firstIndex(where: { $0.key == key }) {
        entries[index].keyLocation = keys.count == 1 ? location : entries[index].keyLocation
        set(keys.dropFirst(), in: &entries[index].value, path: childPath, issues: &issues)
      } else {
        var child = YAMLNode(.scalar("", quoted: false), at: location)
        set(keys.dropFirst(), in: &child, path: childPath, issues: &issues)
        entries.append(YAMLNode.Entry(key: key, keyLocation: location, value: child))
      }
      node.content = .mapping(entries)
    case .sequence(var items):
      guard let index = Int(key), items.indices.contains(index) else {
        let range = items.isEmpty ? "it is empty" : "its items are 0 to \(items.count - 1)"
        let message = "'\(key)' is not an item of the list \(path)"
        issues.append(ConfigurationIssue(location: location, message: message, hint: range))
        return
      }
      set(keys.dropFirst(), in: &items[index], path: childPath, issues: &issues)
      node.content = .sequence(items)
    case .scalar:
      let message = "\(path) is the single value \(node.summary) and has no key '\(key)'"
      let hint = "set \(path) itself, for example \(path)={\(key): …}"
      issues.append(ConfigurationIssue(location: location, message: message, hint: hint))
    }
  }
}
