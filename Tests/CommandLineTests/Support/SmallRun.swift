import Foundation

/// A network small enough for a test, with everything that could make two placements differ: batch normalisation,
/// dropout, augmentation, momentum, and a batch that the shards do not divide evenly.
enum SmallRun {
  /// A folder with the configuration as a file, and the path for a run in it.
  static func files(
    _ configuration: String = configuration
  ) throws -> (folder: TemporaryFolder, config: String, run: String) {
    let folder = try TemporaryFolder()
    return (folder, try folder.write(configuration, to: "small.yaml"), folder.path("run"))
  }

  static let steps = 200

  static let configuration = """
    data: {dataset: mnist-5k, train_limit: 590, test_limit: 100, validation: 100, normalize: per-channel, augment: [flip, shift: 2]}
    model:
      layers:
        - conv: {filters: 4, kernel: 3, stride: 2, padding: same, bias: false}
        - batch_norm
        - relu
        - max_pool: 2
        - flatten
        - dropout: 0.2
        - linear: 16
        - relu
        - linear: 10
    optimizer: {kind: sgd, momentum: 0.9, weight_decay: 5.0e-4}
    schedule: {kind: triangular, min: 1.0e-3, max: 0.05, half_cycle: 50}
    training: {batch_size: 30, steps: \(steps), shards: 4, seed: 3}
    evaluation: {every_steps: 50}
    checkpoint: {every_steps: 40, keep: 3}
    logging: {every_steps: 10}
    """

  /// Layers that look at the whole batch, on the way to images and to vectors; 490 samples in batches of 81; early
  /// stopping that ends it.
  static let synchronized = """
    data: {dataset: mnist-5k, train_limit: 590, test_limit: 100, validation: 100, augment: [shift: 2]}
    model:
      layers:
        - conv: {filters: 4, kernel: 3, stride: 2, padding: same, bias: false}
        - batch_norm: {sync: true}
        - relu
        - residual: [conv: {filters: 4, kernel: 3, padding: same, bias: false}, batch_norm: {sync: true}]
        - relu
        - max_pool: 2
        - flatten
        - linear: {outputs: 16, bias: false}
        - batch_norm: {sync: true}
        - relu
        - linear: 10
    optimizer: {kind: sgd, momentum: 0.9, clip_norm: 0.5}
    schedule: {kind: constant, rate: 0.05}
    training: {batch_size: 81, epochs: 40, shards: 8, seed: 5, early_stopping: {patience: 3}}
    evaluation: {every_steps: 10}
    checkpoint: {every_steps: 16}
    logging: {every_steps: 5}
    """

  /// Fully connected, normalised shard by shard, clipped, with early stopping on the validation loss; 490 samples in
  /// batches of 81.
  static let perceptron = """
    data: {dataset: mnist-5k, train_limit: 590, test_limit: 100, validation: 100, normalize: per-pixel}
    model: {architecture: mlp, hidden: [60, 40], batch_norm: true, dropout: 0.1}
    optimizer: {kind: sgd, momentum: 0.9, nesterov: true, weight_decay: 1.0e-4, l2: 1.0e-4, clip_norm: 1.0}
    schedule: {kind: cosine, rate: 0.05, min: 0.001, warmup_steps: 20}
    training: {batch_size: 81, steps: 300, shards: 8, seed: 5, early_stopping: {patience: 12, metric: loss}}
    evaluation: {every_steps: 20}
    checkpoint: {every_steps: 40}
    """

  /// AdamW: its state and its count of steps are part of what a resume needs.
  static let adaptive = configuration.replacingOccurrences(
    of: "{kind: sgd, momentum: 0.9, weight_decay: 5.0e-4}",
    with: "{kind: adamw, betas: [0.8, 0.99], weight_decay: 0.01, clip_norm: 1.0}"
  ).replacingOccurrences(of: "max: 0.05", with: "max: 0.01")

  /// A stacked LSTM over the bundled novel, read in streams with the state carried on, and an epoch's end on the way.
  static let recurrent = """
    data: {dataset: novel, tokenizer: bytes, window: 20, order: sequential, validation: 0.01, test: 0.98}
    model:
      layers: [embedding: {width: 12}, lstm: {size: 20, layers: 2, dropout: 0.1}, linear: classes]
    optimizer: {kind: adamw, clip_norm: 1}
    schedule: {kind: constant, rate: 0.01}
    training: {batch_size: 16, steps: 60, shards: 8, seed: 5}
    evaluation: {every_steps: 20, at_end: false}
    checkpoint: {every_steps: 16}
    """

  /// A transformer with dropout over pairs of bytes, windows in an order of each epoch.
  static let transformer = """
    data: {dataset: novel, tokenizer: {bpe: 300}, window: 24, order: shuffled-chunks, validation: 0.01, test: 0.95}
    model: {architecture: gpt, blocks: 2, heads: 2, width: 24, context: 24, dropout: 0.1, attention_dropout: 0.1}
    optimizer: {kind: adamw, betas: [0.9, 0.99], weight_decay: 0.1, clip_norm: 1}
    schedule: {kind: cosine, rate: 0.003, min: 0.0001, warmup_steps: 10}
    training: {batch_size: 18, steps: 60, shards: 8, seed: 5}
    evaluation: {every_steps: 20, at_end: false}
    checkpoint: {every_steps: 16}
    """

  /// Layers over time that see only what is behind them, attention with dropout, and a cell with layer normalisation inside.
  static let listed = """
    data: {dataset: novel, tokenizer: bytes, window: 12, validation: 0.01, test: 0.98}
    model:
      layers:
        - embedding: {width: 12}
        - positions: learned
        - residual: [layer_norm, self_attention: {heads: 2, causal: true, positions: rotary, dropout: 0.1}]
        - conv1d: {filters: 12, kernel: 3, padding: causal}
        - relu
        - lstm: {size: 12, layer_norm: true}
        - linear: classes
    optimizer: {kind: adamw, clip_value: 0.002}
    schedule: {kind: constant, rate: 0.01}
    training: {batch_size: 18, steps: 60, shards: 8, seed: 5}
    evaluation: {every_steps: 20, at_end: false}
    checkpoint: {every_steps: 16}
    """

  /// A vision transformer that drops values, probabilities and branches.
  static let vision = """
    data: {dataset: mnist-5k, train_limit: 590, test_limit: 100, validation: 100, normalize: per-pixel, augment: [{shift: 2}]}
    model:
      {architecture: vit, patch: 4, stem: convolutions, width: 16, blocks: 2, heads: 2, pooling: class_token, dropout: 0.1,
       attention_dropout: 0.1, stochastic_depth: 0.3}
    optimizer: {kind: adamw, weight_decay: 0.05, clip_norm: 1}
    schedule: {kind: cosine, rate: 0.003, min: 0.0001, warmup_steps: 10}
    training: {batch_size: 18, steps: 60, shards: 8, seed: 5}
    evaluation: {every_steps: 20, at_end: false}
    checkpoint: {every_steps: 16}
    """

  /// 285 invented words of four invented languages, very unequal in number.
  static var words: String { Build.packageRoot.appendingPathComponent("Tests/data/invented-words.tsv").path }

  /// Words of different lengths to tell apart: convolution over time, a recurrent network in both directions, as many
  /// samples of each class in an epoch, a batch that the shards do not divide evenly.
  static var classification: String {
    """
    data: {dataset: labelled-text, path: "\(words)", validation: 0.2}
    model:
      layers:
        - embedding: {width: 8}
        - conv1d: {filters: 12, kernel: 3, padding: same}
        - batch_norm
        - relu
        - dropout: 0.1
        - gru: {size: 6, bidirectional: true, last: true}
        - linear: 4
    loss: {class_weights: balanced, label_smoothing: 0.05}
    optimizer: {kind: adam, clip_norm: 1}
    schedule: {kind: constant, rate: 0.01}
    training: {batch_size: 21, steps: 90, shards: 8, seed: 5, sampling: balanced}
    evaluation: {every_steps: 30}
    checkpoint: {every_steps: 16}
    """
  }

  /// Groups of parameters: frozen ones below and in between, averages that stay, rates and decays of their own, a norm over what
  /// is trained.
  static let groups =
    adaptive.replacingOccurrences(of: "shards: 4", with: "shards: 8") + """

      parameters:
        - {match: "*", rate: 0.5}
        - {match: "[01].*", freeze: true, statistics: keep}
        - {match: 6.weight, freeze: true}
        - {match: "*.bias", weight_decay: 0.05, l2: 0.001}
        - {match: "8.*", rate: 1}
      """

  /// The networks that the law of equal bits is held against, 8 shards each; a new kind of layer belongs into one.
  static let laws = [
    "perceptron": perceptron,
    "convolution": configuration.replacingOccurrences(of: "shards: 4", with: "shards: 8")
      .replacingOccurrences(of: "steps: \(steps)", with: "steps: 300"),
    "synchronized": synchronized,
    "recurrent": recurrent,
    "transformer": transformer,
    "listed": listed,
    "vision": vision,
    "classification": classification,
    "groups": groups,
  ]

  /// Content of `summary.json` in a run folder.
  static func summary(of folder: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/summary.json"))
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  static func digest(of folder: String) throws -> String {
    try summary(of: folder)["weights_sha256"] as? String ?? "no digest"
  }

  /// The lines of `metrics.jsonl`, without what depends on the clock.
  static func metrics(of folder: String) throws -> [String] {
    let text = try String(contentsOfFile: folder + "/metrics.jsonl", encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      var object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      for clock in ["samples_per_second", "wall_seconds", "seconds"] { object[clock] = nil }
      let data = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
      return String(decoding: data, as: UTF8.self)
    }
  }
}
