import Autograd
import Collectives
import Files
import Glibc
import Tensors

/// Difference between the workers' replicas; the same on every worker.
struct ReplicaDifference: Equatable {
  /// The workers whose state differs from that of the majority; all of them if there is no majority.
  var workers: [Int]
  /// Whether more than half agree, so that the others are at fault.
  var hasMajority: Bool
  /// The first tensor that differs; nil if a second look found none.
  var tensor: String?
  var differingTensors = 0
  var tensors = 0
  /// The host of each worker.
  var hosts: [String] = []

  /// The workers whose digest differs from the majority's; nil if all are equal.
  ///
  /// - Parameter copies: For each worker, the first one that uses the same copy in memory: each copy has one vote.
  init?(digests: [UInt64], copies: [Int]) {
    guard let first = digests.first, digests.contains(where: { $0 != first }) else { return nil }
    let votes = digests.indices.filter { copies[$0] == $0 }.map { digests[$0] }
    let common = votes.first { digest in 2 * votes.count { $0 == digest } > votes.count }
    hasMajority = common != nil
    workers = digests.indices.filter { digests[$0] != common }
  }

  /// Both differences together.
  init?(_ first: ReplicaDifference?, _ second: ReplicaDifference?) {
    guard let one = first ?? second else { return nil }
    let other = second ?? one
    hasMajority = one.hasMajority && other.hasMajority
    workers = Set(one.workers + other.workers).sorted()
  }

  /// Adds the tensors that differ.
  mutating func compare(_ digests: [[UInt64]], names: [String]) {
    let differing = names.indices.filter { tensor in digests.contains { $0[tensor] != digests[0][tensor] } }
    tensors = names.count
    differingTensors = differing.count
    tensor = differing.first.map { names[$0] }
  }
}

extension Replica {
  /// Compares this worker's state with the others': a few bytes from each worker and, only if they differ, a digest of each tensor.
  /// Memory shared by workers is read by one of them, and compared with other copies; if there are none, it is not read.
  /// Collective.
  ///
  /// - Parameter nodeGroup: The workers with which this one may share weights and optimiser's state.
  func compare(with communicator: any Communicator, nodeGroup: Range<Int>) throws -> ReplicaDifference? {
    let copy = sharesWeights ? nodeGroup.lowerBound : communicator.worker
    let reads = copy == communicator.worker && !(sharesWeights && nodeGroup.count == communicator.size)
    let words = [
      ownState.reduce(0) { $1.digest(seed: $0) }, reads ? sharableState.reduce(0) { $1.digest(seed: $0) } : 0,
      UInt64(copy),
    ]
    let all = try communicator.allGather(words: words)
    let copies = all.map { Int($0[2]) }
    let own = ReplicaDifference(digests: all.map { $0[0] }, copies: Array(all.indices))
    let shared = ReplicaDifference(digests: copies.map { all[$0][1] }, copies: copies)
    guard var difference = ReplicaDifference(own, shared) else { return nil }
    let parts = stateParts
    let details = try communicator.allGather(words: parts.map { $0.elements.digest() })
    difference.compare(details, names: parts.map(\.name))
    difference.hosts = try communicator.allGather(Array(hostName().utf8)).map { String(decoding: $0, as: UTF8.self) }
    return difference
  }

  /// All of `replicatedState` by name. The padding after a tensor, which stays zero, counts as part of it.
  private var stateParts: [(name: String, elements: Tensor)] {
    let (parameters, buffers) = (model.store.trainable, model.store.buffers)
    let frozen = model.store.parameters.filter(\.isFrozen)
    func parts(of flat: Tensor, _ names: [String], _ offsets: [Int]) -> [(name: String, elements: Tensor)] {
      zip(names, zip(offsets, offsets.dropFirst() + [flat.count])).map { ($0, flat.rows($1.0..<$1.1)) }
    }
    let paths = parameters.map(\.path)
    let offsets = parameters.map(\.offset)
    return parts(of: model.store.values, paths, offsets)
      + parts(of: model.store.frozenValues, frozen.map(\.path), frozen.map(\.offset))
      + parts(of: model.store.bufferValues, buffers.map(\.path), buffers.map(\.offset))
      + optimizer.state.flatMap { state in
        parts(of: state.value, parameters.map { Self.stateName(state.name, $0) }, offsets)
      }
  }

}

extension Communicator {
  /// Gathers every worker's numbers, in worker order. Collective.
  func allGather(words: [UInt64]) throws -> [[UInt64]] {
    let bytes = words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
    return try allGather(bytes).map { message in
      message.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 8).map {
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
        }
      }
    }
  }
}
