import Collectives

/// Division of numbered blocks among workers for output in their order: in each round every worker computes one block, and the last
/// round may be short of some.
struct BlockRounds {
  let blockCount: Int
  let workers: Int

  var count: Int { (blockCount + workers - 1) / workers }

  /// Block of a worker in a round; nil if the blocks have run out.
  func block(ofRound round: Int, worker: Int) -> Int? {
    let block = round * workers + worker
    return block < blockCount ? block : nil
  }

  /// Blocks of a worker, ascending.
  func blocks(ofWorker worker: Int) -> StrideTo<Int> { stride(from: worker, to: blockCount, by: workers) }
}
