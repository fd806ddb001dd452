import Configuration
import Testing

@testable import RunSettings

/// No integer of a configuration can be so large that computing with it fails.
@Suite struct ConfigurationBoundsTests {
  private static let base = "model: {architecture: mlp, hidden: [3]}\ntraining: {epochs: 1}\n"

  /// Each with `Q` where the integer stands.
  private static let integers = [
    "training.steps=Q", "training.epochs=Q", "training.batch_size=Q", "training.shards=Q", "training.blas_threads=Q",
    "training.compare_replicas=Q", "training.early_stopping={patience: Q}", "evaluation.block_size=Q",
    "evaluation.every_steps=Q", "evaluation.every_epochs=Q", "checkpoint.every_steps=Q", "checkpoint.every_epochs=Q",
    "checkpoint.keep=Q", "logging.every_steps=Q", "schedule.warmup_steps=Q", "schedule={kind: step, every: Q}",
    "schedule={kind: triangular, half_cycle: Q}", "schedule={kind: multi_step, milestones: [Q]}",
    "schedule={kind: warm_restarts, cycle: Q}", "schedule={kind: plateau, patience: Q}",
    "schedule={kind: plateau, cooldown: Q}", "data.validation=Q", "data.train_limit=Q", "data.test_limit=Q",
    "data.augment=[{shift: Q}]", "data={dataset: synthetic, shape: [Q, 2, 2]}", "data={dataset: synthetic, classes: Q}",
    "data={dataset: synthetic, samples: Q}", "data={dataset: image-folder, image_size: Q}",
    "data={dataset: image-folder, max_image_pixels: Q}",
    "data={dataset: text, window: Q}", "data={dataset: text, tokenizer: {bpe: Q}}",
    "data={dataset: labelled-text, length: Q}", "data={dataset: labelled-text, text_column: Q}",
    "samples.every_steps=Q",
    "samples.at=[Q]", "samples.length=Q", "samples.top_k=Q", "model.hidden=[Q]",
  ]

  @Test(arguments: integers)
  func largestIntegers(override: String) {
    // The first is the largest Int, the second is none at all.
    for value in ["9223372036854775807", "9223372036854775808", "4e9"] {
      let error = #expect(throws: ConfigurationError.self) {
        try RunConfiguration.parse(
          text: Self.base, overrides: [override.replacing("Q", with: value)])
      }
      let text = error.map { "\($0)" } ?? ""
      #expect(text.contains("found '\(value)'; the largest is "), "\(text)")
    }
  }

  @Test("images that are scaled to more than a sample may have")
  func imageSize() {
    let data = "data={dataset: image-folder, image_size: "
    #expect(throws: Never.self) {
      try RunConfiguration.parse(text: Self.base, overrides: [data + "[10000, 3333]}"])
    }
    for size in ["[10000, 3334]", "2147483647"] {
      let error = #expect(throws: ConfigurationError.self) {
        try RunConfiguration.parse(text: Self.base, overrides: [data + size + "}"])
      }
      let text = error.map { "\($0)" } ?? ""
      #expect(text.contains("×3 values is too large; the largest has 100000000"), "\(text)")
    }
  }

  @Test(
    "layers that are built one by one",
    arguments: [
      "{architecture: gpt, blocks: Q}", "{architecture: vit, blocks: Q}", "{architecture: resnet, blocks: Q}",
      "{layers: [lstm: {size: 4, layers: Q}]}",
    ])
  func depth(model: String) {
    let error = #expect(throws: ConfigurationError.self) {
      try RunConfiguration.parse(text: Self.base, overrides: ["model=" + model.replacing("Q", with: "1025")])
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("found '1025'; the largest is 1024"), "\(text)")
  }
}
