import Configuration
import DataPipeline
import NeuralNetworks
import Testing

@testable import RunSettings

/// A written configuration is read back as the same one.
@Suite struct ConfigurationRoundTripTests {
  /// No value of it is a default.
  static let unusual = """
    version: 1
    data:
      dataset: image-folder
      path: "a folder: with \\"quotes\\" # and more"
      validation: 0.125
      validation_from_end: true
      train_limit: 1001
      test_limit: 77
      normalize: per-pixel
      augment: [flip, {shift: 3}, {random_crop: {padding: 2, mode: reflect}}]
      evaluation_transforms: [{center_crop: [33, 31]}]
      image_size: [33, 31]
      skip_bad_images: true
      validation_folder: false
      max_image_pixels: 1234
      max_inflated_bytes: 5678
    model:
      layers:
        - conv: {filters: 5, kernel: [3, 2], stride: 2, padding: same, dilation: 3, groups: depthwise, bias: false,
                 initializer: {normal: 1.5e-7}}
        - batch_norm: {momentum: 0.3, epsilon: 1e-7, sync: true}
        - leaky_relu: 0.3
        - parallel:
            - [max_pool: {kernel: 3, stride: 2, padding: 1}, residual: {body: [gelu_tanh], shortcut: [dropout: 0.1]}]
            - []
            - [average_pool: [3, 5]]
        - global_average_pool
        - linear: {outputs: 3, bias: false, initializer: lecun_uniform}
        - embedding: {width: 7, vocabulary: 11, deviation: 0.3}
        - rnn: {size: 7, activation: relu, layers: 2, bidirectional: true, dropout: 0.25}
        - lstm: {size: 5, layers: 3, layer_norm: true, initializer: {fan_in: 0.5}}
        - one_hot
        - gru: {size: 3, last: true}
        - conv1d: {filters: 5, kernel: 3, stride: 2, padding: causal, dilation: 3, groups: depthwise, bias: false}
        - parallel:
            - [max_pool1d: 3, average_pool1d: {kernel: 3, stride: 2, padding: 1}]
            - [conv1d: {filters: 3, kernel: 2}]
        - global_max_pool
        - last_step
        - layer_norm: {epsilon: 1e-6, bias: false}
        - self_attention: {heads: 3, causal: true, positions: rotary, dropout: 0.2, bias: false}
        - positions: {kind: sinusoidal, deviation: 0.3}
        - parallel: [[layer_norm], [self_attention: 2], [positions: learned]]
    loss: {kind: cross-entropy, label_smoothing: 0.05, class_weights: [1, 0.5, 2e-3]}
    optimizer: {kind: sgd, momentum: 0.85, nesterov: true, weight_decay: 1e-4, l2: 2e-5, regularize: all, clip_norm: 1.5}
    schedule:
      {kind: triangular, min: 1e-6, max: 0.3, half_cycle: 13, cycle_growth: 1.5, peak_decay: 0.5, warmup_steps: 7}
    parameters: [{match: "*.bias", weight_decay: 0, rate: 2}, {match: "3?[0-2].*", l2: 1e-3}, {match: stem, freeze: true, statistics: keep}]
    training:
      {batch_size: 97, steps: 1009, shards: 5, seed: 12345678901234567890, drop_last: true, sampling: balanced,
       blas_threads: 2, overlap: false, bucket_megabytes: 0.5, share_weights: false, compare_replicas: 7,
       early_stopping: {patience: 5, min_delta: 1e-3, metric: accuracy}}
    evaluation: {every_steps: 11, every_epochs: 3, block_size: 101, at_end: false}
    checkpoint: {every_steps: 17, every_epochs: 2, every_minutes: 0.5, keep: 4, best: false}
    logging: {every_steps: 3}
    """

  private func roundTrip(_ configuration: RunConfiguration) throws -> RunConfiguration {
    try RunConfiguration.parse(text: configuration.effectiveYAML(), fileName: "effective.yaml")
  }

  @Test func everyKey() throws {
    let configuration = try RunConfiguration.parse(text: Self.unusual, fileName: "unusual.yaml")
    #expect(try roundTrip(configuration) == configuration)

    // The text above really sets every key of its sections.
    let defaults = RunConfiguration(model: .layers([])).settings().filter { !$0.path.hasPrefix("model") }
    let values = Dictionary(uniqueKeysWithValues: configuration.settings().map { ($0.path, $0.value) })
    let sameWords = ["loss.kind", "optimizer.kind"]
    // Keys that a text does not have.
    let schedule = ["schedule.rate", "training.epochs", "optimizer.clip_value"]
    #expect(values["training.early_stopping.patience"] == "5")
    let absent = schedule + ["training.early_stopping"]
    for (path, value) in defaults where !sameWords.contains(path) && !absent.contains(path) {
      // Samples are for texts: `everyForm` has them.
      if path.hasPrefix("samples.") { continue }
      #expect(values[path] != nil, "\(path) is missing")
      #expect(values[path] != value, "\(path) has its default")
    }
  }

  @Test(arguments: [
    "data: {dataset: synthetic, shape: [7], classes: 3, samples: 55}",
    "data: {dataset: idx, path: x, validation: 5}",
    "data: {dataset: image-folder}",
    "data: {dataset: text, path: x, tokenizer: {bpe: 500}, window: 9, order: sequential, validation: 0.1, test: 0.25}",
    "data: {dataset: novel, tokenizer: bytes, order: shuffled-chunks}",
    "data: novel\nsamples: {at: [0, 100], every_steps: 50, length: 99, prompt: 'a: b', temperature: 0, top_k: 3, top_p: 0.5}",
    "data: {dataset: labelled-text, path: x, validation: 12, length: 9, tokenizer: bytes}",
    "data: {dataset: labelled-text, format: numbered, file: a.txt, categories: c.txt, validation_lines: v.txt}",
    "data: {dataset: labelled-text, format: csv, text_column: 3, label_column: 0, header: true, validation_file: b, "
      + "test_file: c, tokenizer: {bpe: 300}}",
    "loss: binary-cross-entropy",
    "loss: mean-squared-error",
    "loss: {class_weights: balanced}",
    "optimizer: adam",
    "optimizer: {kind: adam, betas: [0.5, 0.99], epsilon: 1e-6, weight_decay: 0.1, clip_value: 0.5}",
    "optimizer: {kind: adamw, betas: [0, 0.95], l2: 1e-4, clip_norm: 1}",
    "schedule: {kind: constant, rate: 1e-9}",
    "schedule: {kind: step, rate: 0.1, gamma: 0.5, every: 30}",
    "schedule: {kind: cosine, rate: 0.1, min: 1e-4, warmup_steps: 10}",
    "evaluation: {every_epochs: null}",
    "checkpoint: {every_minutes: null}",
  ])
  func everyForm(section: String) throws {
    let model =
      section.contains("labelled") ? "{layers: [embedding: 4, flatten, linear: 2]}" : "{architecture: mlp, hidden: [3]}"
    let text = "model: \(model)\ntraining: {epochs: 9}\n" + section
    let configuration = try RunConfiguration.parse(text: text, fileName: "form.yaml")
    #expect(try roundTrip(configuration) == configuration)
  }

  @Test(arguments: [
    "{architecture: mlp, hidden: [9, 8], activation: {leaky_relu: 0.2}, batch_norm: true, dropout: 0.25}",
    "{architecture: mlp, hidden: [], initializer: {normal: 0.01}}",
    "{architecture: patchify-convnet, patch: 4, filters: 10, hidden: 50, initializer: xavier_normal}",
    "{architecture: resnet, widths: [4, 8], blocks: 2}",
    "{architecture: gpt}",
    "{architecture: vit}",
    "{architecture: vit, patch: 8, width: 48, blocks: 2, heads: 4, stem: convolutions, pooling: class_token, "
      + "dropout: 0.1, attention_dropout: 0.3, stochastic_depth: 0.2, mlp: swiglu, bias: false}",
    "{architecture: gpt, blocks: 2, heads: 3, width: 48, context: 32, dropout: 0.1, attention_dropout: 0.2, "
      + "positions: rotary, mlp: swiglu, tie_embeddings: false, bias: false}",
  ])
  func everyArchitecture(model: String) throws {
    let data = model.contains("gpt") ? "data: {dataset: novel}\n" : ""
    let text = "\(data)model: \(model)\ntraining: {epochs: 9}"
    let configuration = try RunConfiguration.parse(text: text, fileName: "model.yaml")
    #expect(try roundTrip(configuration) == configuration)
  }

  @Test("every character of a text is read back, whatever the YAML library makes of it as it stands")
  func everyCharacter() throws {
    let all = (UInt32(0)...0x10ffff).compactMap(Unicode.Scalar.init)
    for start in stride(from: 0, to: all.count, by: 1 << 15) {
      let scalars = all[start..<min(start + 1 << 15, all.count)]
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars)
      let yaml = YAMLEmitter.inline(YAMLNode(.scalar(String(text), quoted: true)))
      var reader = YAMLReader(fileName: "text.yaml")
      let node = reader.read(yaml)
      #expect(reader.issues.isEmpty, "\(reader.issues)")
      guard case .scalar(let read, quoted: true) = node?.content else {
        Issue.record("nothing is read of the characters from \(scalars.first?.value ?? 0) on")
        continue
      }
      let wrong = zip(read.unicodeScalars, scalars).first { $0 != $1 }
      #expect(read.unicodeScalars.count == scalars.count && wrong == nil, "U+\(String(wrong?.1.value ?? 0, radix: 16))")
    }
    let path = "a\u{85}b\u{2028}c\u{9B}d\u{FFFE}\u{FEFF}"
    var configuration = try RunConfiguration.parse(
      text: "model: {layers: [flatten, linear: classes]}\ntraining: {epochs: 9}")
    configuration.data.path = path
    #expect(try roundTrip(configuration).data.path?.unicodeScalars.elementsEqual(path.unicodeScalars) == true)
  }

  @Test func theTextIsWhatPeopleWouldWrite() throws {
    let text = """
      model: {layers: [conv: {filters: 4, kernel: 3}, relu, flatten, dropout: 0.5, linear: 10]}
      training: {epochs: 2, shards: 2}
      """
    let yaml = try RunConfiguration.parse(text: text, fileName: "short.yaml").effectiveYAML()
    #expect(
      yaml == """
        version: 3
        data:
          dataset: mnist-5k
          path: null
          validation: null
          validation_from_end: false
          train_limit: null
          test_limit: null
          normalize: per-channel
          augment: []
          evaluation_transforms: []
          max_inflated_bytes: 1000000000
        model:
          layers:
            - conv: {filters: 4, kernel: 3, stride: 1, padding: valid, dilation: 1, groups: 1, bias: true, initializer: he_normal}
            - relu
            - flatten
            - dropout: 0.5
            - linear: {outputs: 10, bias: true, initializer: he_normal}
        loss:
          kind: cross-entropy
          label_smoothing: 0.0
          class_weights: equal
        optimizer:
          kind: sgd
          weight_decay: 0.0
          l2: 0.0
          regularize: weights
          clip_norm: null
          clip_value: null
          momentum: 0.0
          nesterov: false
        schedule:
          kind: constant
          warmup_steps: 0
          rate: 0.01
        parameters: []
        training:
          batch_size: 100
          steps: null
          epochs: 2
          shards: 2
          early_stopping: null
          seed: 1
          drop_last: false
          sampling: shuffled
          blas_threads: 1
          overlap: true
          bucket_megabytes: 4.0
          share_weights: null
          compare_replicas: 100
        evaluation:
          every_steps: null
          every_epochs: 1
          block_size: 500
          at_end: true
        checkpoint:
          every_steps: null
          every_epochs: null
          every_minutes: 10.0
          keep: 3
          best: true
        logging:
          every_steps: 20
        samples:
          every_steps: null
          at: []
          length: 200
          prompt: null
          temperature: 1.0
          top_k: null
          top_p: null

        """)
  }
}
