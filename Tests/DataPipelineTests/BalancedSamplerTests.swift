import Testing

@testable import DataPipeline

/// Epochs of equally many samples of each class.
struct BalancedSamplerTests {
  /// Class 1 has no samples, class 2 has the fewest.
  private let labels: [Int32] = (0..<97).map { $0 % 13 == 0 ? 2 : $0 % 3 == 0 ? 3 : 0 }

  @Test("each class gives as many samples as the smallest one has, none twice, all of the smallest one")
  func classesAreEqual() {
    let sampler = BalancedSampler(seed: 9, labels: labels, batchSize: 5)
    #expect(sampler.stepsPerEpoch == 5)
    for epoch in 0..<4 {
      let order = sampler.order(epoch: epoch)
      #expect(order.count == 24 && Set(order).count == 24)
      for label in [0, 2, 3] as [Int32] { #expect(order.count { labels[$0] == label } == 8) }
    }
    // In time every sample is seen, and classes are mixed within the batches.
    #expect(Set((0..<60).flatMap { sampler.order(epoch: $0) }).count == 97)
    #expect(Set(sampler.order(epoch: 0).prefix(8).map { labels[$0] }).count > 1)
  }

  @Test("the order is a function of seed and epoch, and steps can be read from anywhere")
  func purity() {
    let sampler = BalancedSampler(seed: 9, labels: labels, batchSize: 5)
    #expect(BalancedSampler(seed: 9, labels: labels, batchSize: 7).order(epoch: 3) == sampler.order(epoch: 3))
    #expect(sampler.order(epoch: 3).sorted() != sampler.order(epoch: 4).sorted())
    #expect(BalancedSampler(seed: 8, labels: labels, batchSize: 5).order(epoch: 3) != sampler.order(epoch: 3))
    let reader = sampler.makeReader()
    let steps = (0..<15).map { reader($0) }
    #expect(steps.map(\.samples.count) == [5, 5, 5, 5, 4, 5, 5, 5, 5, 4, 5, 5, 5, 5, 4])
    #expect(steps[5..<10].flatMap(\.samples) == sampler.order(epoch: 1) && steps[7].epoch == 1)
    #expect(sampler.makeReader()(12).samples.elementsEqual(steps[12].samples))
    #expect(sampler.position(ofStep: 12) == 10 && sampler.epoch(ofStep: 12) == 2)
    #expect(BalancedSampler(seed: 9, labels: labels, batchSize: 5, dropLast: true).stepsPerEpoch == 4)
  }
}
