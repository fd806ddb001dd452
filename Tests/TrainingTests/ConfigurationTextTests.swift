import Testing

@testable import Training

/// What a configuration may not ask of a text.
@Suite struct ConfigurationTextTests {
  @Test(arguments: [
    ("{dataset: novel, validation: 1000}", "{architecture: gpt}", "split by shares"),
    ("{dataset: novel, validation: 0.5, test: 0.5}", "{architecture: gpt}", "nothing to train on"),
    ("{dataset: novel, augment: [flip]}", "{architecture: gpt}", "are for images"),
    ("{dataset: text, path: x, tokenizer: {bpe: 100}}", "{architecture: gpt}", "integer ≥ 257"),
    ("{dataset: text, path: x, tokenizer: words}", "{architecture: gpt}", "characters"),
    ("{dataset: novel, path: x}", "{architecture: gpt}", "bundled"),
    ("{dataset: mnist-5k}", "{architecture: gpt}", "reads tokens"),
    ("{dataset: novel}", "{architecture: vit}", "reads images"),
    ("mnist-5k\nsamples: {at: [5]}", "{architecture: mlp, hidden: [3]}", "samples want a model of language"),
    ("novel\noptimizer: {kind: adam, epsilon: 1e-39}", "{architecture: gpt}", "number ≥ 1.2e-38"),
    ("novel\nsamples: {top_p: 1.5}", "{architecture: gpt}", "number in (0, 1]"),
    ("{dataset: mnist-5k}", "{layers: [embedding: 8, linear: 10]}", "reads tokens"),
  ])
  func mistakes(data: String, model: String, expected: String) throws {
    let text = "data: \(data)\nmodel: \(model)\ntraining: {epochs: 9}"
    let error = #expect(throws: ConfigurationError.self) {
      try RunConfiguration.parse(text: text, fileName: "text.yaml")
    }
    #expect(error.map { "\($0)" }?.contains(expected) == true, "\(error.map { "\($0)" } ?? "")")
  }
}
