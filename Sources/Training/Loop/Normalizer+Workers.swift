import Collectives
import DataPipeline

extension Normalizer {
  /// Mean and deviation over a split. Each worker reads its part, since images may have to be decoded for it. The
  /// sums are whole numbers, so the result has the same bits for every number of workers. Collective.
  init(
    _ kind: DatasetSpecification.Normalization, of split: any SampleSplit, over communicator: any Communicator
  ) throws {
    if let known = Normalizer(knownFor: kind) {
      self = known
      return
    }
    guard let split = split as? ImageSplit else { preconditionFailure("\(kind.rawValue) normalisation of a text") }
    let part = Sharding.range(count: split.count, part: communicator.worker, of: communicator.size)
    let mine = try communicator.agree {
      let own = ImageSplit(dataset: split.dataset, records: Array(split.records[part]))
      return try PixelMoments(of: own, byChannel: kind == .perChannel)
    }
    var whole = mine
    // Native byte order: all workers have one processor type.
    let parts = try communicator.allGather(mine.words.withUnsafeBytes { Array($0) })
    for (worker, bytes) in parts.enumerated() where worker != communicator.worker {
      let words = bytes.withUnsafeBytes { raw in
        stride(from: 0, to: raw.count, by: 8).map { raw.loadUnaligned(fromByteOffset: $0, as: UInt64.self) }
      }
      whole.add(PixelMoments(words: words))
    }
    self.init(kind, of: whole, shape: split.dataset.imageShape)
  }
}
