import Checkpoints
import Collectives
import DataPipeline
import NeuralNetworks
import Tensors

/// State that recurrent layers carry from step to step if a text is read in streams: one state for each of a worker's shards
/// and, in a checkpoint, that of the global batch, which any placement can resume from.
final class CarriedState {
  /// One tensor of the global batch's state: one row for each sample, in order.
  struct Rows: Equatable {
    /// `state.`, the layer's path, and PyTorch's name: `state.1.h_l0`.
    var name: String
    var width: Int
    var values: [Float]

    var source: TensorSource { TensorSource(name, shape: [values.count / width, width], values: values) }
  }

  private static let prefix = "state."
  private var states: [RecurrentState]
  /// State at the beginning of the last step.
  private var beginnings: [[RecurrentState.Entry]]
  private let pool: StoragePool

  init(shards: Int, pool: StoragePool) {
    states = (0..<shards).map { _ in RecurrentState() }
    beginnings = states.map(\.entries)
    self.pool = pool
  }

  /// First state of a batch; empty if it starts at zero.
  ///
  /// - Parameter shard: Index among the worker's own shards.
  func state(of shard: Int, for batch: Batch) -> RecurrentState {
    if batch.beginsAnew { states[shard].removeAll() }
    beginnings[shard] = states[shard].entries
    return states[shard]
  }

  /// A copy of the last step's first state, for repeating the step.
  func beginning(of shard: Int) -> RecurrentState { RecurrentState(beginnings[shard]) }

  /// The global batch's state, on every worker. Collective.
  func gathered(over communicator: any Communicator) throws -> [Rows] {
    var names: [(name: String, width: Int)] = []
    var rows: [[Float]] = []
    for entry in states.first(where: { !$0.entries.isEmpty })?.entries ?? [] {
      names.append(("\(Self.prefix)\(entry.path).\(entry.name)", entry.value.shape[1]))
      rows.append(states.flatMap { $0[entry.path, entry.name].map { Array($0.floats) } ?? [] })
    }
    // All workers have the same layers, or no state yet. Rows are in worker order.
    let parts = try rows.map { row in
      try communicator.allGather(row.withUnsafeBytes { Array($0) }).flatMap { $0 }
    }
    return zip(names, parts).map { Rows(name: $0.name, width: $0.width, values: floats($1)) }
  }

  /// State from a checkpoint.
  ///
  /// - Throws: Unless it matches the model's layers and the batch size.
  static func rows(of checkpoint: Checkpoint, for model: Model, batchSize: Int) throws -> [Rows] {
    let found = checkpoint.state.filter { $0.name.hasPrefix(prefix) }
    try check(
      found.map { ($0.name, $0.shape) }, expected: names(in: model).map { ($0.name, [batchSize, $0.width]) },
      of: checkpoint.path)
    return try found.map { Rows(name: $0.name, width: $0.shape[1], values: try checkpoint.floats($0.name)) }
  }

  static func check(
    _ found: [(name: String, shape: [Int])], expected: [(name: String, shape: [Int])], of checkpoint: String
  ) throws {
    for name in (expected + found).map(\.name) {
      let shapes = [found, expected].map { $0.first { $0.name == name }?.shape }
      guard shapes[0] == shapes[1] else {
        throw RunError.otherState(checkpoint: checkpoint, tensor: name, found: shapes[0], expected: shapes[1])
      }
    }
  }

  /// States that the layers of a model carry, in order.
  static func names(in model: Model) -> [(name: String, width: Int)] {
    model.layers.flatMap { layer in layer.carriedStates.map { ("\(prefix)\(layer.path).\($0.name)", $0.width) } }
  }

  /// Distributes worker 0's rows: each worker takes those of its shards. Collective.
  ///
  /// - Parameter rows: Result of `rows(of:for:batchSize:)`; empty for a new run.
  /// - Parameter batchSize: Number of samples of the global batch.
  func restore(_ rows: [Rows], batchSize: Int, over communicator: any Communicator) throws {
    let header = rows.map { "\($0.name) \($0.width)" }.joined(separator: "\n")
    let agreed = String(decoding: try communicator.broadcast(bytes: Array(header.utf8), from: 0), as: UTF8.self)
    for (index, line) in agreed.split(separator: "\n").enumerated() {
      let own = index < rows.count ? rows[index].values.withUnsafeBytes { Array($0) } : []
      let values = floats(try communicator.broadcast(bytes: own, from: 0))
      let words = line.split(separator: " ")
      guard words.count == 2, let width = Int(words[1]), values.count == batchSize * width,
        let dot = words[0].lastIndex(of: ".")
      else { preconditionFailure("\(values.count) numbers of \(line) for \(batchSize) samples") }
      let path = String(words[0][..<dot].dropFirst(Self.prefix.count))
      let name = String(words[0][words[0].index(after: dot)...])
      for (state, shard) in zip(states, communicator.shards) {
        let part = Sharding.range(count: batchSize, part: shard, of: communicator.layout.shards)
        let tensor = Tensor(uninitialized: [part.count, width], pool: pool)
        for (element, value) in values[part.lowerBound * width..<part.upperBound * width].enumerated() {
          tensor.floats[element] = value
        }
        state[path, name] = tensor
      }
    }
  }
}

private func floats(_ bytes: [UInt8]) -> [Float] {
  bytes.withUnsafeBytes { raw in
    stride(from: 0, to: raw.count, by: 4).map { raw.loadUnaligned(fromByteOffset: $0, as: Float.self) }
  }
}
