import Configuration
import Testing

@testable import RunSettings

/// Settings that are invalid for texts.
@Suite struct ConfigurationTextTests {
  @Test(arguments: [
    ("{dataset: novel, validation: 1000}", "{architecture: gpt}", "split by shares"),
    ("{dataset: novel, validation: 0.5, test: 0.5}", "{architecture: gpt}", "nothing to train on"),
    ("{dataset: novel, augment: [flip]}", "{architecture: gpt}", "are for images"),
    ("{dataset: novel, normalize: per-pixel}", "{architecture: gpt}", "are for images"),
    ("{normalize: per-channel, dataset: text, path: x}", "{architecture: gpt}", "leave them out for a text"),
    ("{dataset: labelled-text, path: x, normalize: per-channel}", "{layers: [embedding: 8]}", "out for texts"),
    ("{dataset: text, path: x, tokenizer: {bpe: 100}}", "{architecture: gpt}", "integer ≥ 257"),
    ("{dataset: text, path: x, tokenizer: words}", "{architecture: gpt}", "characters"),
    ("{dataset: novel, path: x}", "{architecture: gpt}", "bundled"),
    ("{dataset: mnist-5k}", "{architecture: gpt}", "reads tokens"),
    ("{dataset: novel}", "{architecture: vit}", "reads images"),
    ("mnist-5k\nsamples: {at: [5]}", "{architecture: mlp, hidden: [3]}", "samples require a language model"),
    ("novel\nloss: {kind: mean-squared-error}", "{architecture: gpt}", "requires a loss over a softmax"),
    ("novel\nloss: {kind: binary-cross-entropy}", "{architecture: gpt}", "requires a loss over a softmax"),
    ("novel\noptimizer: {kind: adam, epsilon: 1e-39}", "{architecture: gpt}", "number ≥ 1.2e-38"),
    ("novel\nsamples: {top_p: 1.5}", "{architecture: gpt}", "number in (0, 1]"),
    ("{dataset: mnist-5k}", "{layers: [embedding: 8, linear: 10]}", "reads tokens"),
    ("{dataset: labelled-text, path: x}", "{architecture: gpt}", "gpt predicts tokens"),
    ("{dataset: labelled-text, path: x}", "{architecture: mlp, hidden: [3]}", "begin its layers with an embedding"),
    ("{dataset: labelled-text, path: x, augment: [flip]}", "{layers: [embedding: 8]}", "leave them out for texts"),
    ("{dataset: labelled-text, format: numbered}", "{layers: [embedding: 8]}", "format numbered requires categories"),
    ("{dataset: labelled-text, categories: c.txt}", "{layers: [embedding: 8]}", "categories go with format numbered"),
    ("{dataset: labelled-text, text_column: 2}", "{layers: [embedding: 8]}", "go with format csv"),
    (
      "{dataset: labelled-text, format: csv, text_column: 1}", "{layers: [embedding: 8]}",
      "text and label are in the same column"
    ),
    (
      "{dataset: labelled-text, validation: 0.1, validation_file: v.txt}", "{layers: [embedding: 8]}",
      "exclude each other"
    ),
    ("{dataset: labelled-text, length: 0}", "{layers: [embedding: 8]}", "integer ≥ 1"),
    ("{dataset: labelled-text, window: 3}", "{layers: [embedding: 8]}", "does not go with dataset labelled-text"),
  ])
  func mistakes(data: String, model: String, expected: String) throws {
    let text = "data: \(data)\nmodel: \(model)\ntraining: {epochs: 9}"
    let error = #expect(throws: ConfigurationError.self) {
      try RunConfiguration.parse(text: text, fileName: "text.yaml")
    }
    #expect(error.map { "\($0)" }?.contains(expected) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func balancedSamplingWantsClasses() throws {
    func parse(_ data: String, _ model: String) throws {
      _ = try RunConfiguration.parse(
        text: "data: \(data)\nmodel: \(model)\ntraining: {epochs: 9, sampling: balanced}", fileName: "text.yaml")
    }
    let error = #expect(throws: ConfigurationError.self) {
      try parse("{dataset: novel}", "{architecture: gpt}")
    }
    #expect(error.map { "\($0)" }?.contains("balanced sampling requires classes") == true)
    try parse("{dataset: labelled-text, path: x}", "{layers: [embedding: 8, flatten, linear: 3]}")
    try parse("{dataset: cifar10}", "{architecture: mlp, hidden: [3]}")
  }

  @Test func aFileForValidationIsAValidationSplit() throws {
    let text = """
      data: {dataset: labelled-text, path: x, validation_file: v.txt}
      model: {layers: [embedding: 8, flatten, linear: 3]}
      training: {epochs: 9, early_stopping: {patience: 2}}
      """
    #expect(throws: Never.self) { try RunConfiguration.parse(text: text, fileName: "text.yaml") }
  }
}
