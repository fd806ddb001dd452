import Testing

@testable import DataPipeline

/// Laws of the three orders.
struct WindowSamplerTests {
  private func sampler(
    _ order: WindowSampler.Order, tokens: Int = 1009, window: Int = 7, batch: Int = 5, seed: UInt64 = 3
  ) throws -> WindowSampler {
    try WindowSampler(seed: seed, tokenCount: tokens, windowLength: window, batchSize: batch, order: order)
  }

  @Test(arguments: [(1009, 7, 5), (1008, 7, 5), (8, 7, 1), (8, 7, 7), (100, 99, 1), (64, 1, 63), (1009, 7, 1)])
  func sequentialStreamsVisitEachTokenOnceInOrder(tokens: Int, window: Int, batch: Int) throws {
    let sampler = try sampler(.sequential, tokens: tokens, window: window, batch: batch)
    for epoch in 0..<2 {
      var targets: [Int] = []
      var next = [Int?](repeating: nil, count: batch)
      for step in epoch * sampler.stepsPerEpoch..<(epoch + 1) * sampler.stepsPerEpoch {
        let windows = sampler.windows(step: step)
        #expect(windows.count == batch && Set(windows.map(\.length)).count == 1)
        for (position, window) in windows.enumerated() {
          // State is reset where a stream begins, and nowhere else; otherwise the window goes on where the last one ended.
          #expect(window.resetsState == (next[position] == nil))
          #expect(next[position] == nil || next[position] == window.start)
          next[position] = window.start + window.length
          targets += window.start + 1...window.start + window.length
        }
      }
      let whole = (tokens - 1) / batch * batch
      #expect(targets.sorted() == Array(1...whole))
    }
  }

  @Test(arguments: [(1009, 7, 5), (1008, 7, 5), (8, 7, 3), (100, 9, 11)])
  func chunksAreVisitedOnceAnEpoch(tokens: Int, window: Int, batch: Int) throws {
    let sampler = try sampler(.shuffledChunks, tokens: tokens, window: window, batch: batch)
    var orders: [[Int]] = []
    for epoch in 0..<3 {
      let windows = (0..<sampler.stepsPerEpoch).flatMap { sampler.windows(step: $0 + epoch * sampler.stepsPerEpoch) }
      #expect(windows.allSatisfy { $0.length == window && $0.resetsState })
      #expect(windows.map(\.start).sorted() == Array(stride(from: 0, through: tokens - 1 - window, by: window)))
      orders.append(windows.map(\.start))
    }
    #expect(tokens < 50 || orders[0] != orders[1])
  }

  @Test func randomWindowsLieAnywhereEquallyOften() throws {
    let sampler = try sampler(.random, tokens: 17, window: 7, batch: 5)
    #expect(sampler.stepsPerEpoch == 1)
    var counts = [Int](repeating: 0, count: 10)
    for step in 0..<2000 {
      for window in sampler.windows(step: step) {
        #expect(window.length == 7 && window.resetsState)
        counts[window.start] += 1
      }
    }
    // 1000 each, five standard deviations.
    #expect(counts.allSatisfy { abs($0 - 1000) < 155 })
  }

  @Test(arguments: WindowSampler.Order.allCases)
  func aWindowIsAFunctionOfSeedStepAndPosition(order: WindowSampler.Order) throws {
    let first = try sampler(order)
    let again = try sampler(order)
    for step in [0, 1, 5, 200, 17] {
      let windows = first.windows(step: step)
      let permutation = again.permutation(epoch: again.epoch(ofStep: step))
      for position in windows.indices.reversed() {
        #expect(again.window(step: step, position: position, permutation: permutation) == windows[position])
      }
    }
    let other = try sampler(order, seed: 4)
    #expect((other.windows(step: 1) != first.windows(step: 1)) == (order != .sequential))
  }

  @Test func aHugeTextIsReachedToItsEnd() throws {
    let tokens = 1 << 40
    let sampler = try sampler(.random, tokens: tokens, window: 128, batch: 64)
    let starts = (0..<50).flatMap { sampler.windows(step: $0).map(\.start) }
    #expect(starts.allSatisfy { $0 >= 0 && $0 + 128 < tokens } && (starts.max() ?? 0) > tokens / 10 * 9)
  }

  @Test func evaluationCoversEachTokenOnce() {
    for tokens in [2, 7, 8, 9, 100] {
      let windows = EvaluationWindows(tokenCount: tokens, windowLength: 7)
      let targets = (0..<windows.count).flatMap { [windows[$0]].flatMap { $0.start + 1...$0.start + $0.length } }
      #expect(targets == Array(1..<tokens))
    }
  }

  @Test func aTextShorterThanAWindowIsRefused() throws {
    for order in WindowSampler.Order.allCases {
      #expect {
        try WindowSampler(seed: 0, tokenCount: 7, windowLength: 7, batchSize: 1, order: order, source: "a.txt")
      } throws: {
        "\($0)" == "a.txt: has 7 tokens; a window of 7 requires 8; take more text or a shorter window"
      }
      #expect(throws: Never.self) { try sampler(order, tokens: 8, window: 7, batch: 1) }
    }
    #expect(throws: DataError.self) { try sampler(.sequential, tokens: 8, window: 7, batch: 8) }
  }
}
