import Tensors

/// A split cut into blocks of a fixed size, in order, the last one shorter. How blocks are spread over workers does not
/// change them, so neither does it change what an evaluation finds.
public struct EvaluationBlocks: Sendable, Equatable {
  /// Samples in all.
  public let count: Int
  public let blockSize: Int

  public init(count: Int, blockSize: Int) {
    precondition(count >= 0 && blockSize > 0, "blocks of \(blockSize) out of \(count) samples")
    (self.count, self.blockSize) = (count, blockSize)
  }

  public var blockCount: Int { (count + blockSize - 1) / blockSize }

  public func samples(ofBlock block: Int) -> Range<Int> {
    precondition(block >= 0 && block < blockCount, "block \(block) of \(blockCount)")
    return block * blockSize..<min((block + 1) * blockSize, count)
  }
}

/// Prepares a worker's blocks of an evaluation in the background.
public final class EvaluationLoader: Sendable {
  private let prefetcher: Prefetcher<Batch>

  /// - Parameter blocks: this worker's part of 0 ..< `blockCount`.
  public init(assembler: BatchAssembler, blockSize: Int, blocks: Range<Int>, depth: Int = 2) {
    let all = EvaluationBlocks(count: assembler.split.count, blockSize: blockSize)
    precondition(blocks.lowerBound >= 0 && blocks.upperBound <= all.blockCount, "blocks \(blocks) of \(all.blockCount)")
    prefetcher = Prefetcher(blocks, depth: depth, name: "lockstep-loader") {
      { (block: Int) throws(DataError) -> Batch in
        let samples = all.samples(ofBlock: block)
        return try assembler.assemble(samples, firstPosition: samples.lowerBound)
      }
    }
  }

  /// The next block.
  public func next() throws(DataError) -> Batch { try prefetcher.next() }
}
