import Files
import Foundation
import Testing

@testable import DataPipeline

/// Real photographs: the CIFAR-10 copy `cifar10-jpeg.tar.xz` in the folder that LOCKSTEP_TEST_DATA names.
struct CIFARCopyTests {
  private static let archive = ProcessInfo.processInfo.environment["LOCKSTEP_TEST_DATA"].map {
    $0 + "/cifar10-jpeg.tar.xz"
  }
  private static let isThere = archive.map { !Paths.isMissing($0) } ?? false

  @Test(
    .enabled(if: isThere, "requires cifar10-jpeg.tar.xz in the folder LOCKSTEP_TEST_DATA"), .timeLimit(.minutes(15)))
  func realJPEGFilesAreReadAndHaveTheKnownMeans() throws {
    let folder = try TemporaryFolder()
    let tar = Process()
    tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    tar.arguments = [
      "tar", "-C", folder.path, "-xJf", try #require(Self.archive), "--wildcards", "--transform", "s|test/|train/|",
      "test/*/*",
    ]
    try tar.run()
    tar.waitUntilExit()
    try #require(tar.terminationStatus == 0)

    let specification = DatasetSpecification.imageFolder(path: folder.path)
    let splits = try DatasetSplits.open(specification, seed: 1)
    #expect(splits.sampleShape == [32, 32, 3] && splits.classNames.first == "airplane")
    for label in Int32(0)..<10 { #expect(splits.training.dataset.labels.count { $0 == label } == 1000) }
    // The well-known means and deviations of CIFAR-10 (of its training images: hence the tolerance).
    for (mean, known) in zip(splits.normalizer.mean, [0.4914, 0.4822, 0.4465]) {
      #expect(abs(Double(mean) - known) < 0.01)
    }
    for (deviation, known) in zip(splits.normalizer.standardDeviation, [0.247, 0.2435, 0.2616]) {
      #expect(abs(Double(deviation) - known) < 0.01)
    }
  }
}
