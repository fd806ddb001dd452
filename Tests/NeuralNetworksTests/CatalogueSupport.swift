import Configuration
import Foundation
import TestSupport
import Testing

/// Goldens of a catalogue, whose names are sections of a configuration.
struct CatalogueGoldens<Specification: Sendable> {
  let cases: [(name: String, specification: Specification, golden: Golden)]
  /// Entries that are not sections.
  let others: [String: Golden]

  init(_ file: String, _ record: Record<Specification>) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let goldens = try Golden.load(folder.appendingPathComponent("Resources/catalogue_\(file).json"))
    others = goldens.filter { !$0.key.hasPrefix("{") }
    cases = try goldens.filter { $0.key.hasPrefix("{") }.sorted { $0.key < $1.key }.map { name, golden in
      var reader = YAMLReader(fileName: name)
      var context = DecodingContext()
      let read = reader.read(name)
      let node = try #require(read)
      let specification = record.codec.decode(node, "", &context)
      try #require(context.issues.isEmpty, "\(context.issues)")
      return (name, try #require(specification), golden)
    }
  }
}
