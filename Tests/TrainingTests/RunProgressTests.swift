import Foundation
import RunSettings
import Testing

@testable import Training

@Suite struct RunProgressTests {
  @Test func theSmoothedLossBeginsAtTheFirst() throws {
    var progress = RunProgress()
    #expect(progress.smoothedLoss == nil)
    progress.smooth(4)
    #expect(progress.smoothedLoss == 4)
    progress.smooth(2)
    #expect(progress.smoothedLoss == 0.999 * 4 + 0.001 * 2)
    #expect(try RunProgress(encoded: progress.encoded()) == progress)
  }

  /// Checkpoints that were written before there was a smoothed loss.
  @Test func olderProgressHasNone() throws {
    var progress = RunProgress()
    progress.step = 3
    #expect(try !String(decoding: progress.encoded(), as: UTF8.self).contains("smoothed"))
    #expect(try RunProgress(encoded: progress.encoded()).smoothedLoss == nil)
  }

  @Test func samplesAreDue() {
    var settings = SampleSettings()
    #expect(!settings.areWanted && (0..<50).allSatisfy { !settings.isDue(after: $0) })
    settings.at = [0, 7]
    settings.everySteps = 20
    #expect(settings.areWanted && (0..<50).filter { settings.isDue(after: $0) } == [0, 7, 20, 40])
    settings.at = []
    #expect((0..<50).filter { settings.isDue(after: $0) } == [20, 40])
  }
}
