import Tensors

/// A split cut into blocks of a fixed size, in order, the last one shorter. Blocks do not depend on the number of workers, and so
/// neither does the result of an evaluation.
public struct EvaluationBlocks: Sendable, Equatable {
  /// Number of samples.
  public let count: Int
  public let blockSize: Int
  /// Whether the last sample has another shape than the others, and therefore a block of its own.
  public let lastIsAlone: Bool

  public init(count: Int, blockSize: Int, lastIsAlone: Bool = false) {
    precondition(count >= 0 && blockSize > 0, "blocks of \(blockSize) out of \(count) samples")
    (self.count, self.blockSize, self.lastIsAlone) = (count, blockSize, lastIsAlone && count > 0)
  }

  private var regularCount: Int { lastIsAlone ? count - 1 : count }

  public var blockCount: Int { (regularCount + blockSize - 1) / blockSize + (lastIsAlone ? 1 : 0) }

  public func samples(ofBlock block: Int) -> Range<Int> {
    precondition(block >= 0 && block < blockCount, "block \(block) of \(blockCount)")
    if lastIsAlone && block == blockCount - 1 { return regularCount..<count }
    return block * blockSize..<min((block + 1) * blockSize, regularCount)
  }
}

/// Prepares a worker's blocks of an evaluation in the background.
public final class EvaluationLoader: Sendable {
  private let prefetcher: Prefetcher<Batch>

  /// - Parameters:
  ///   - assembler: Makes the blocks.
  ///   - blockSize: Samples of a block.
  ///   - blocks: This worker's part of 0 ..< `blockCount`, in the order of the calls of `next`.
  ///   - depth: Number of blocks that are prepared ahead.
  public init(assembler: any BatchAssembler, blockSize: Int, blocks: some Sequence<Int>, depth: Int = 2) {
    let all = assembler.evaluationBlocks(ofSize: blockSize)
    let blocks = Array(blocks)
    prefetcher = Prefetcher(0..<blocks.count, depth: depth) {
      { (index: Int) throws(DataError) -> Batch in
        try assembler.assembleForEvaluation(all.samples(ofBlock: blocks[index]))
      }
    }
  }

  /// The next block.
  ///
  /// - Parameter isAbandoned: Called during the wait; if it returns true, `DataError.stopped` is thrown.
  public func next(unless isAbandoned: (() -> Bool)? = nil) throws(DataError) -> Batch {
    try prefetcher.next(unless: isAbandoned)
  }

  /// Ends preparing, without waiting for the block that is being read.
  public func abandon() { prefetcher.abandon() }
}
