import Collectives
import DataPipeline
import Synchronization
import Testing

@testable import Training

/// Workers that each read a part of the images come to the normaliser of one that reads all.
@Suite(.timeLimit(.minutes(15)))
struct NormalizerOverWorkersTests {
  /// Images like files: reading them is what costs.
  private final class CountedImages: ImageDataset {
    let imageShape = ImageShape(height: 3, width: 2, channels: 3)
    let layout = PixelLayout.planar
    let classNames = ["a"]
    let labels = [Int32](repeating: 0, count: 13)
    let decodesOnRead = true
    let isBroken: Bool
    let reads = Mutex([Int](repeating: 0, count: 13))

    init(isBroken: Bool = false) { self.isBroken = isBroken }

    func withPixels<Result>(
      ofRecord record: Int, _ body: (UnsafePointer<UInt8>) -> Result
    ) throws(DataError) -> Result {
      if isBroken && record == 12 { throw DataError("record 12", "cannot be read") }
      reads.withLock { $0[record] += 1 }
      let pixels = (0..<imageShape.count).map { UInt8(($0 * 37 + record * record * 11) % 256) }
      return pixels.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
  }

  private func overWorkers(
    _ workers: Int, _ kind: DatasetSpecification.Normalization, of images: CountedImages
  ) throws -> [Normalizer] {
    try ThreadGroup.run(layout: ShardLayout(shards: workers, workers: workers)) { communicator in
      try Normalizer(kind, of: ImageSplit(images), over: communicator)
    }
  }

  /// The last number leaves workers without an image.
  @Test(arguments: [DatasetSpecification.Normalization.perPixel, .perChannel], [1, 2, 3, 7, 15])
  func anyNumberOfWorkersGivesTheSameBits(kind: DatasetSpecification.Normalization, workers: Int) throws {
    let images = CountedImages()
    let found = try overWorkers(workers, kind, of: images)
    #expect(images.reads.withLock { $0 } == [Int](repeating: 1, count: 13))
    let alone = try Normalizer(kind, of: ImageSplit(images))
    #expect(found == [Normalizer](repeating: alone, count: workers))
  }

  @Test func noneReadsNothing() throws {
    let images = CountedImages()
    #expect(try overWorkers(2, .none, of: images) == [.none, .none])
    #expect(images.reads.withLock { $0 } == [Int](repeating: 0, count: 13))
  }

  @Test func anImageThatCannotBeReadEndsAllWorkers() throws {
    let error = #expect(throws: AgreedFailure.self) { try overWorkers(3, .perPixel, of: CountedImages(isBroken: true)) }
    #expect(error?.description == "worker 2: record 12: cannot be read" && error?.exitCode == 1)
  }
}
