import Configuration
import Foundation
import Testing

@testable import DataPipeline

/// Every kind of data of the catalogue.
@Suite struct DatasetCatalogueTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func example<Settings: DatasetSettings>(of _: Settings.Type) -> DatasetSpecification {
    DatasetSpecification(Settings.form.example)
  }

  private static func plain<Settings: DatasetSettings>(_: Settings.Type) -> DatasetSpecification {
    DatasetSpecification(Settings.form.template)
  }

  @Test("an example is read back from the YAML that it is written as, and has no default")
  func roundTrip() throws {
    let codec = DatasetSpecification.record.codec
    #expect(Set(DatasetCatalogue.entries.map { $0.name }).count == DatasetCatalogue.entries.count)
    for entry in DatasetCatalogue.entries {
      let example = Self.example(of: entry)
      var context = DecodingContext()
      #expect(codec.decode(codec.encode(example), "data", &context) == example, "\(entry.name)")
      #expect(context.issues.isEmpty)
      expectNoDefault(entry)
    }
    // Of keys that exclude each other an example has one.
    func expectNoDefault<Settings: DatasetSettings>(_: Settings.Type) {
      let (form, others) = (Settings.form, ["categories", "validation_lines"])
      for field in form.fields where !others.contains(field.name) {
        let (example, template) = (field.encode(form.example), field.encode(form.template))
        #expect(YAMLEmitter.inline(example) != YAMLEmitter.inline(template), "\(form.name) \(field.name)")
      }
      let known = form.fields.map(\.name)
      #expect(Settings.locationKeys.allSatisfy(known.contains), "\(form.name): keys of locations that it does not have")
    }
  }

  /// Writes small data of a kind, and gives their path; nil for a kind that brings its own.
  private func write(_ name: String) throws -> String? {
    switch name {
    case "mnist", "fashion-mnist", "idx": try Fixtures.writeIDX(to: folder, training: 40, height: 28, width: 28)
    case "cifar10": try Fixtures.writeCIFAR10(to: folder, "")
    case "cifar100":
      for file in ["train.bin", "test.bin"] { try folder.write([19, 99] + Fixtures.noise(3072), to: file) }
    case "image-folder":
      for name in ["a", "b"] {
        try folder.write(Fixtures.png(height: 32, width: 32, value: 9), to: "train/\(name)/1.png")
      }
    case "text": return try folder.write("abc abd abe abf".utf8, to: "text.txt")
    case "labelled-text": return try folder.write("a\tx\nb\ty\n".utf8, to: "lines.tsv")
    case "mnist-5k", "novel", "synthetic": return nil
    default: Issue.record("\(name) has no data here: write some")
    }
    return folder.path
  }

  @Test(
    "what a kind says of its data before they are opened is true of them", arguments: DatasetCatalogue.entries.indices)
  func facts(_ index: Int) throws {
    let entry = DatasetCatalogue.entries[index]
    // Read from a configuration, they have no values; ArraySplitTests has some.
    if case .program = entry.origin { return }
    var data = Self.plain(entry)
    data.path = try write(entry.name)
    #expect((data.normalization == .none) == data.hasTokens)
    let splits = try DatasetSplits.open(data, seed: 1)
    let nominal = data.nominalShape
    if nominal.sampleIsAssumed {
      #expect(nominal.sample.count == splits.sampleShape.count)
    } else {
      #expect(nominal.sample == splits.sampleShape)
    }
    if let classes = nominal.classes { #expect(classes == splits.outputs && !data.hasTokens) }
    #expect((splits.training is ImageSplit) == !data.hasTokens)
    #expect(splits.predictsTokens == data.isText && (splits.tokenizer != nil) == data.hasTokens)
    #expect((splits.training.labels == nil) == data.isText)
    let isComplete: Bool
    switch entry.origin {
    case .bundled, .made: isComplete = true
    case .download, .user, .program: isComplete = false
    }
    if isComplete, let count = data.settings.trainingCount { #expect(count == splits.training.count) }
    // A second opening finds the same.
    #expect(try splits.contentDigest() == DatasetSplits.open(data, seed: 1).contentDigest())
  }

  @Test(
    "data of the user's own say what is missing where no location is given", arguments: DatasetCatalogue.entries.indices
  )
  func noLocation(_ index: Int) throws {
    let entry = DatasetCatalogue.entries[index]
    guard case .user = entry.origin else { return }
    let error = #expect(throws: DataError.self) { try DatasetSplits.open(Self.plain(entry), seed: 1) }
    #expect(error?.isWrongUse == true && error?.location == "data.path", "\(entry.name)")
    #expect(error?.advice?.contains("--data") == true)
  }
}
