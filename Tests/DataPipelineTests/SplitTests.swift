import Foundation
import Testing

@testable import DataPipeline

/// Validation splits, limits, normalisation.
struct SplitTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Fixtures.writeIDX(to: folder, training: 103, test: 9)
  }

  private func open(_ change: (inout DatasetSpecification) -> Void, seed: UInt64 = 1) throws -> DatasetSplits {
    var specification = DatasetSpecification.idx(path: folder.path)
    change(&specification)
    return try DatasetSplits.open(specification, seed: seed)
  }

  @Test func validationIsTakenOutByClassAndBySeed() throws {
    let splits = try open { $0.validation = .count(21) }
    let validation = try #require(splits.validation)
    #expect(validation.count == 21 && splits.training.count == 82)
    #expect(Set(validation.records + splits.training.records) == Set(0..<103))
    // Labels go round ten classes: 11 samples of 0, 1 and 2, 10 of the others.
    for label in Int32(0)...9 {
      #expect((2...3).contains((0..<21).count { validation.label(ofSample: $0) == label }))
    }
    #expect(try open({ $0.validation = .count(21) }).validation?.records == validation.records)
    #expect(try open({ $0.validation = .count(21) }, seed: 2).validation?.records != validation.records)
    #expect(try open { $0.validation = .fraction(0.1) }.validation?.count == 10)
  }

  @Test func aClassKeepsItsOnlySampleForTraining() throws {
    // A third of 9: the class of one sample has the largest remainder, and yet keeps it.
    let labels: [Int32] = [0, 0, 0, 0, 1, 1, 1, 1, 2]
    let parts = try ValidationSplit.divide(labels: labels, classCount: 3, taking: .count(3), fromEnd: false, seed: 4)
    #expect((0...2).map { label in parts.validation.count { labels[$0] == label } } == [2, 1, 0])
  }

  @Test func largestRemaindersGetWhatRoundingLeaves() throws {
    // 12, 7 and 4 samples; a third of 23 is 8: quotas 4.17, 2.43 and 1.39, so the second class gets one more.
    let labels = [Int32](repeating: 0, count: 12) + [Int32](repeating: 1, count: 7) + [Int32](repeating: 2, count: 4)
    let parts = try ValidationSplit.divide(labels: labels, classCount: 3, taking: .count(8), fromEnd: false, seed: 4)
    #expect((0...2).map { label in parts.validation.count { labels[$0] == label } } == [4, 3, 1])
    #expect((parts.training + parts.validation).sorted() == Array(0..<23))
    #expect(parts.training == parts.training.sorted() && parts.validation == parts.validation.sorted())
  }

  @Test("one byte of one image makes other data, wherever it is")
  func contentDigestSeesEveryByte() throws {
    let digest = try open { _ in }.contentDigest()
    #expect(try open { _ in }.contentDigest() == digest)
    var bytes = try folder.read("train-images-idx3-ubyte")
    for position in [16, 16 + 15 * 51 + 7, bytes.count - 1] {
      bytes[position] ^= 1
      try folder.write(bytes, to: "train-images-idx3-ubyte")
      #expect(try open { _ in }.contentDigest() != digest, "byte \(position)")
      bytes[position] ^= 1
    }
  }

  @Test("another file of the same name makes other data, though it is not decoded")
  func contentDigestOfFolders() throws {
    let images = try TemporaryFolder()
    for index in 0..<40 {
      for name in ["train/a", "train/b", "test/a", "test/b"] {
        try images.write(Fixtures.png(height: 3, width: 3, value: UInt8(index)), to: "\(name)/\(index + 10).png")
      }
    }
    let specification = DatasetSpecification.imageFolder(path: images.path)
    let digest = try DatasetSplits.open(specification, seed: 1).contentDigest()
    #expect(try DatasetSplits.open(specification, seed: 1).contentDigest() == digest)
    // The third of 80 in an order in which every fifth is decoded.
    try images.write(
      Fixtures.png(height: 3, width: 3, value: 1) + [UInt8](repeating: 0, count: 9), to: "train/a/11.png")
    #expect(try DatasetSplits.open(specification, seed: 1).contentDigest() != digest)
  }

  @Test func validationFromTheEndAndLimits() throws {
    let splits = try open {
      ($0.trainLimit, $0.testLimit, $0.validation, $0.validationFromEnd) = (50, 4, .count(8), true)
    }
    #expect(splits.training.records == Array(0..<42))
    #expect(splits.validation?.records == Array(42..<50))
    #expect(splits.test?.records == Array(0..<4))
    #expect(try open { $0.trainLimit = 1000 }.training.count == 103)
  }

  @Test(arguments: [0, 103, 500]) func impossibleValidationIsAnError(count: Int) {
    let error = #expect(throws: DataError.self) { try open { $0.validation = .count(count) } }
    #expect(error?.description.hasPrefix("data.validation: takes \(count) of 103 training samples") == true)
  }

  @Test func normalizationSeesTheTrainingSplitAlone() throws {
    let splits = try open { ($0.validation, $0.normalization) = (.count(50), .perPixel) }
    let alone = try Normalizer(.perPixel, of: splits.training.images)
    let everything = try Normalizer(.perPixel, of: ImageSplit(splits.training.dataset))
    #expect(splits.normalizer == alone && splits.normalizer != everything)
  }

  @Test func aCheckpointsNormalizerIsTakenAsItIs() throws {
    let specification = DatasetSpecification.idx(path: folder.path)
    let kept = Normalizer(kind: .perChannel, mean: [0.25], standardDeviation: [2])
    #expect(try DatasetSplits.open(specification, seed: 1, normalizer: kept).normalizer == kept)
    let other = Normalizer(kind: .perChannel, mean: [0, 0, 0], standardDeviation: [1, 1, 1])
    let error = #expect(throws: DataError.self) {
      try DatasetSplits.open(specification, seed: 1, normalizer: other)
    }
    #expect(error?.problem == "has 3 means (per-channel) for images of 5×3×1")
  }
}
