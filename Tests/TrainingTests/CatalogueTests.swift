import Collectives
import Configuration
import DataPipeline
import Foundation
import NeuralNetworks
import RunSettings
import Testing

@testable import Training

/// Every optimiser, schedule and loss in a configuration and in a run.
@Suite(.timeLimit(.minutes(15)))
struct CatalogueTests {
  private static let base = """
    data: {dataset: synthetic, shape: [7], classes: 3, samples: 61, validation: 13}
    model: {layers: [linear: 5, relu, linear: 3]}
    training: {batch_size: 11, steps: 24, shards: 4, seed: 3}
    evaluation: {every_steps: 2, at_end: false}
    """

  private enum Kind: String, CaseIterable { case optimizer, schedule, loss }

  /// A configuration for the example of each entry, by the section that names it.
  private static func examples(_ kind: Kind) throws -> [(name: String, configuration: RunConfiguration)] {
    let base = try RunConfiguration.parse(text: base)
    return switch kind {
    case .optimizer: OptimizerCatalogue.entries.map { optimizer($0, base) }
    case .schedule: ScheduleCatalogue.entries.map { schedule($0, base) }
    case .loss: LossCatalogue.entries.map { loss($0, base) }
    }
  }

  private static func optimizer<S: OptimizerSettings>(_: S.Type, _ base: RunConfiguration) -> (String, RunConfiguration)
  {
    var configuration = base
    configuration.optimizer = OptimizerSpecification(S.form.example)
    return (S.name, configuration)
  }

  private static func schedule<S: ScheduleSettings>(_: S.Type, _ base: RunConfiguration) -> (String, RunConfiguration) {
    var configuration = base
    configuration.schedule = ScheduleSpecification(S.form.example, warmupSteps: 3)
    return (S.name, configuration)
  }

  private static func loss<S: LossSettings>(_: S.Type, _ base: RunConfiguration) -> (String, RunConfiguration) {
    var configuration = base
    configuration.loss = LossSpecification(S.form.example)
    return (S.name, configuration)
  }

  @Test("examples are read back from the YAML that they are written as, and have no default")
  func roundTrip() throws {
    for kind in Kind.allCases {
      for (name, configuration) in try Self.examples(kind) {
        let yaml = configuration.effectiveYAML()
        #expect(yaml.contains("kind: \(name)\n"))
        #expect(try RunConfiguration.parse(text: yaml) == configuration, "\(name)")
        let plain = try RunConfiguration.parse(text: Self.base, overrides: required(kind, name, configuration))
        let defaults = Dictionary(uniqueKeysWithValues: plain.settings().map { ($0.path, $0.value) })
        // Keys that all kinds have, or that are required, are not of the example.
        let common = ["kind", "weight_decay", "l2", "regularize", "clip_norm", "clip_value"].map { "\(kind).\($0)" }
        let given = required(kind, name, configuration).map { String($0.prefix { $0 != "=" }) }
        for (path, value) in configuration.settings()
        where path.hasPrefix("\(kind).") && !common.contains(path) && !given.contains(path) {
          #expect(defaults[path] != nil && defaults[path] != value, "\(path) of \(name) has its default \(value)")
        }
      }
    }
  }

  /// Overrides that choose a kind and give the keys that it requires.
  private func required(_ kind: Kind, _ name: String, _ configuration: RunConfiguration) -> [String] {
    let keys = ["schedule.every", "schedule.half_cycle", "schedule.cycle", "schedule.milestones"]
    return ["\(kind).kind=\(name)"]
      + configuration.settings().filter { keys.contains($0.path) }.map { "\($0.path)=\($0.value)" }
  }

  @Test("each stands in the reference page, with its keys")
  func referencePage() throws {
    let page = ConfigurationReference.markdown()
    for kind in Kind.allCases {
      for (name, configuration) in try Self.examples(kind) {
        #expect(page.contains("- `\(name)`: "))
        for (path, _) in configuration.settings() where path.hasPrefix("\(kind).") {
          #expect(page.contains("| `\(path.split(separator: ".")[1])` |"), "\(path)")
        }
      }
    }
  }

  @Test("kinds of data stand in the reference page, with their keys")
  func referencePageOfData() {
    let page = ConfigurationReference.markdown()
    func expect<S: DatasetSettings>(_: S.Type) {
      #expect(page.contains("- `\(S.form.name)`: \(S.form.meaning)"))
      for field in S.form.fields { #expect(page.contains("| `\(field.name)` |"), "\(S.form.name) \(field.name)") }
    }
    for entry in DatasetCatalogue.entries { expect(entry) }
  }

  @Test("weights have equal bits on 1, 2 and 4 workers, and each kind gives others", arguments: Kind.allCases)
  private func equalBits(kind: Kind) throws {
    var seen: Set<String> = []
    for (name, configuration) in try Self.examples(kind) {
      let digests = try [1, 2, 4].map { workers in
        let folder = TemporaryRun()
        return try folder.train(configuration, workers: workers)
      }
      #expect(digests[0] == digests[1] && digests[0] == digests[2], "\(kind) \(name)")
      #expect(seen.insert(digests[0]).inserted, "\(kind) \(name) gives the weights of another")
    }
  }

  @Test("state that begins at a value, and an uneven number of buffers, survive a resume with shared weights")
  func resumesOptimizers() throws {
    for (name, configuration) in try Self.examples(.optimizer) {
      try expectResumedBits(name, configuration, sharing: true)
    }
  }

  @Test("a plateau reduces the rate after the same evaluations, however often the run is stopped")
  func resumesPlateau() throws {
    let text = Self.base.replacingOccurrences(of: "steps: 24", with: "steps: 60")
    let plateau = "schedule={kind: plateau, rate: 0.1, factor: 0.5, patience: 0, threshold: 0.3, warmup_steps: 4}"
    let configuration = try RunConfiguration.parse(text: text, overrides: [plateau])
    let constant = try RunConfiguration.parse(text: text, overrides: ["schedule={rate: 0.1, warmup_steps: 4}"])
    #expect(try TemporaryRun().train(constant, workers: 1) != TemporaryRun().train(configuration, workers: 1))
    try expectResumedBits("plateau", configuration, sharing: false)
  }

  /// Trains once in one go and once in three parts, of which the first ends between two evaluations.
  private func expectResumedBits(_ name: String, _ configuration: RunConfiguration, sharing: Bool) throws {
    let whole = try TemporaryRun().train(configuration, workers: 1)
    let parts = TemporaryRun()
    var digest = ""
    for (steps, workers) in [(7, 2), (18, 4), (configuration.training.steps ?? 0, 1)] {
      var part = configuration
      part.training.steps = steps
      part.training.shareWeights = sharing
      digest = try parts.train(part, workers: workers)
    }
    #expect(digest == whole, "\(name)")
  }
}
