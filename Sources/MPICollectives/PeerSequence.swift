/// The other ranks, starting with the next one, so that not all ranks send to the same rank at once.
struct PeerSequence: Sequence, IteratorProtocol {
  private let rank: Int
  private let size: Int
  private var step = 0

  init(rank: Int, size: Int) { (self.rank, self.size) = (rank, size) }

  mutating func next() -> Int? {
    step += 1
    return step < size ? (rank + step) % size : nil
  }
}
