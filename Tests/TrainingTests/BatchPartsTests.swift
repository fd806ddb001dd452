import DataPipeline
import Foundation
import RunSettings
import Testing

@testable import Training

/// Batches and shards that the data, the layers and a machine cannot bear are refused before anything is made for them.
struct BatchPartsTests {
  private func run(
    _ training: String, samples: Int = 40, layers: String = "linear: 3", data: String = ""
  ) throws -> PreparedRun {
    try PreparedRun(
      RunConfiguration.parse(
        text: """
          data: {dataset: synthetic, shape: [4, 4, 1], classes: 3, samples: \(samples)\(data)}
          model: {layers: [flatten, \(layers)]}
          training: {steps: 5, \(training)}
          """))
  }

  private func problem(_ body: () throws -> Int) -> String {
    do { return "\(try body()) shards" } catch { return "\(error)" }
  }

  @Test(
    "statistics of one sample are refused", arguments: [(8, 8, 1), (9, 8, 1), (15, 8, 1), (1, nil, 1), (2, nil, 2)])
  func oneSample(batch: Int, shards: Int?, workers: Int) throws {
    let training = "batch_size: \(batch)\(shards.map { ", shards: \($0)" } ?? "")"
    let run = try run(training, layers: "batch_norm, linear: 3")
    #expect(problem { try run.shards(workers: workers) }.contains("layer 1 (batch_norm) takes its statistics"))
    let plain = try self.run(training)
    #expect(try plain.shards(workers: workers) == shards ?? workers)
  }

  @Test("inside other layers too, and of images")
  func nested() throws {
    let residual = try run("batch_size: 4, shards: 4", layers: "residual: {body: [batch_norm]}, linear: 3")
    #expect(problem { try residual.shards(workers: 1) }.contains("1.body.0 (batch_norm)"))
  }

  @Test("over the whole batch, one sample a shard is enough, but not one a batch")
  func synchronized() throws {
    let layers = "batch_norm: {sync: true}, linear: 3"
    #expect(try run("batch_size: 4, shards: 4", layers: layers).shards(workers: 2) == 4)
    let lone = try run("batch_size: 1", layers: layers)
    #expect(problem { try lone.shards(workers: 1) }.contains("that has 1 sample"))
  }

  @Test(
    "a short last batch with one sample a shard is said",
    arguments: [
      (41, "batch_size: 8, shards: 4", "batch_norm", "1 of its 4 shards has one sample"),
      (46, "batch_size: 8, shards: 4", "batch_norm", "2 of its 4 shards have one sample"),
      (41, "batch_size: 8, shards: 4", "batch_norm: {sync: true}", "has one sample"),
      (41, "batch_size: 8, shards: 4, drop_last: true", "batch_norm", nil),
      (40, "batch_size: 8, shards: 4", "batch_norm", nil),
      (42, "batch_size: 8, shards: 4", "batch_norm: {sync: true}", nil), (41, "batch_size: 8, shards: 4", "relu", nil),
    ] as [(Int, String, String, String?)])
  func shortLastBatch(samples: Int, training: String, layer: String, text: String?) throws {
    let notes = try run(training, samples: samples, layers: "\(layer), linear: 3").notes(shards: 4)
    #expect(notes.count == (text == nil ? 0 : 1))
    if let text { #expect(notes.first?.contains(text) == true && notes.first?.contains("drop_last") == true) }
  }

  @Test("drop_last requires a whole batch, whatever draws the samples")
  func dropLast() throws {
    #expect(throws: (any Error).self) { try run("batch_size: 41, drop_last: true") }
    let error = #expect(throws: DataError.self) {
      try run("batch_size: 40, drop_last: true, sampling: balanced", samples: 43)
    }
    #expect(error.map { "\($0)" }?.contains("leaves no batch of 40") == true)
  }

  @Test("more shards than samples, and batches of thousands of millions")
  func bounds() throws {
    let shards = try run("batch_size: 2147483647, shards: 2147483647")
    #expect(problem { try shards.shards(workers: 1) }.contains("2147483647 shards, but the training split has only 40"))
    #expect(try run("batch_size: 2147483647, shards: 40").shards(workers: 1) == 40)
    #expect(throws: DataError.self) {
      try WindowSampler(seed: 1, tokenCount: 1000, windowLength: 10, batchSize: 2_147_483_647, order: .random)
    }
    #expect(throws: DataError.self) {
      var configuration = RunConfiguration(model: .layers([]))
      configuration.training.batchSize = 2_147_483_647
      _ = try PreparedRun.synthetic(like: configuration) { _ in }
    }
  }
}
