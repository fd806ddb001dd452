import PlainText
import Testing

@testable import Training

@Suite struct WordingTests {
  @Test func numbersOfThings() {
    #expect(0.counted("shard") == "0 shards")
    #expect(1.counted("shard") == "1 shard")
    #expect(2.counted("shard") == "2 shards")
  }

  @Test func numbersThatAreNotRound() {
    #expect([0.05, 1e10, 1e-5, 0.1 + 0.2, 250].map(\.readable) == ["0.05", "1e+10", "1e-05", "0.3", "250"])
    #expect([Double.nan, -Double.nan, .infinity, -.infinity].map(\.readable) == ["nan", "nan", "inf", "-inf"])
  }

  @Test func oneWorkerAndOneShardAreSingular() {
    let error = RunError.moreWorkersThanShards(workers: 2, shards: 1)
    #expect("\(error)".hasPrefix("2 workers for 1 shard: "))
    #expect("\(error)".contains("use at most 1 worker,"))
  }

  @Test func aNameOutOfAFileDoesNotMakeALine() {
    let error = RunError.otherState(
      checkpoint: "a\nb", tensor: "c\nerror: d\u{202E}", found: [2], expected: nil)
    #expect(!"\(error)".contains("\n"))
    #expect("\(error)".hasPrefix("a\u{FFFD}b holds") && "\(error)".contains("state c\u{FFFD}error: d\u{FFFD}, this"))
  }

  @Test func aLossThatIsNotFiniteHasNoSign() {
    let error = RunError.diverged(
      step: 6, learningRate: 1e10, loss: -.nan, layer: "layer 12 (linear)", checkpoint: nil)
    #expect("\(error)".hasPrefix("the loss became nan in step 6 at learning rate 1e+10; the first layer"))
    #expect("\(error)".contains("is layer 12 (linear)\n"))
    let nonFinite = RunError.nonFiniteWeights(
      step: 6, tensor: "1.running_mean", learningRate: 0.1, checkpoint: nil)
    #expect("\(nonFinite)".contains("the first tensor that is not finite is 1.running_mean\n"))
  }
}
