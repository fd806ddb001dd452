import DataPipeline
import Inference
import RunSettings

/// Samples that a language model writes during training.
extension Trainer {
  /// Worker 0 writes a sample if one is due; the others wait for it. Recurrent layers start at zero, not at the state that
  /// training carries, so that the checkpoint of that step would write the same sample. Collective.
  ///
  /// A stop request ends it early.
  func writeSampleIfDue() throws {
    let settings = run.configuration.samples
    guard settings.isDue(after: progress.step), let tokenizer = run.data.tokenizer,
      let window = run.configuration.data.text?.window
    else { return }
    status.set(.sample, after: progress.step)
    let isWhole = try recorder.map { try writeSample(with: tokenizer, window: window, to: $0) } ?? true
    let answers = try communicator.allGather([isWhole ? 1 : 0])
    progress.unfinished = answers.allSatisfy { $0 == [1] } ? nil : .sample
  }

  /// - Returns: False if it was stopped.
  private func writeSample(with tokenizer: any Tokenizer, window: Int, to recorder: RunRecorder) throws -> Bool {
    let settings = run.configuration.samples
    let before = timeline?.enter(.evaluation)
    defer { if let before { timeline?.enter(before) } }
    let generator = TextGenerator(
      session.replica.model, tokenizer: tokenizer, window: window, step: progress.step)
    var bytes: [UInt8] = []
    var isStopped = false
    func mustStop() -> Bool {
      isStopped = run.stop.reason != nil
      return isStopped
    }
    try generator.generate(
      after: settings.promptBytes, length: settings.length,
      settings: settings.sampling(seed: run.configuration.training.seed), sample: progress.step, isStopped: mustStop
    ) { bytes += $0 }
    guard !isStopped else { return false }
    let sample = SampleReport(
      step: progress.step, epoch: run.epoch(after: progress.step), smoothedLoss: smoothedLoss,
      text: String(decoding: bytes, as: UTF8.self))
    try recorder.log(sample)
    reporter?.wroteSample(sample)
    return true
  }
}

extension SampleSettings {
  /// - Parameter seed: The run's. A sample's number is its step, and its draws are independent of training's.
  func sampling(seed: UInt64) -> SamplingSettings {
    var settings = SamplingSettings()
    (settings.temperature, settings.topK, settings.topP, settings.seed) = (temperature, topK, topP, seed)
    return settings
  }
}
