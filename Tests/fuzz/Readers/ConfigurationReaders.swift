import Configuration
import RunSettings
import Training

@testable import Training

extension FuzzedReader {
  static var configurationReaders: [FuzzedReader] { [yaml, configuration, override] }

  /// Any YAML: the tree is bounded, however often its aliases say the same.
  private static var yaml: FuzzedReader {
    FuzzedReader(name: "yaml") { bytes in
      var reader = YAMLReader(fileName: "fuzz.yaml")
      guard let node = reader.read(String(decoding: bytes, as: UTF8.self)) else { return }
      precondition(count(node) <= 2 * YAMLReader.mostValues)
    }
  }

  private static func count(_ node: YAMLNode) -> Int {
    switch node.content {
    case .mapping(let entries): entries.reduce(1) { $0 + count($1.value) }
    case .sequence(let items): items.reduce(1) { $0 + count($1) }
    default: 1
    }
  }

  /// A configuration that is accepted is the same after it was written.
  private static var configuration: FuzzedReader {
    FuzzedReader(name: "configuration") { bytes in
      guard let accepted = try? RunConfiguration.parse(text: String(decoding: bytes, as: UTF8.self)) else { return }
      let text = accepted.effectiveYAML()
      do {
        let again = try RunConfiguration.parse(text: text)
        precondition(again == accepted, "differs when it is read again:\n\(text)")
      } catch {
        preconditionFailure("cannot be read again: \(error)\n\(text)")
      }
    }
  }

  /// Values of `--set`, one a line.
  private static var override: FuzzedReader {
    let text = "data: mnist-5k\nmodel: {layers: [flatten, {linear: classes}]}\n"
    return FuzzedReader(name: "override") { bytes in
      let overrides = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
      _ = try? RunConfiguration.parse(text: text, overrides: overrides)
    }
  }
}
