import DataPipeline

/// What a model of language writes while it trains.
extension Trainer {
  /// Worker 0 writes a sample if one is due; the others wait for it in the next step's sum. Recurrent layers begin at
  /// zero, whatever state training carries, so that a sample is what the checkpoint of that step would write.
  func writeSampleIfDue() throws {
    let settings = run.configuration.samples
    guard settings.isDue(after: progress.step), let tokenizer = run.data.tokenizer else { return }
    status.set(.sample, after: progress.step)
    guard let recorder else { return }
    let before = timeline?.enter(.evaluation)
    defer { if let before { timeline?.enter(before) } }
    let generator = TextGenerator(
      session.replica.model, tokenizer: tokenizer, window: run.configuration.data.text.window, step: progress.step)
    var bytes: [UInt8] = []
    try generator.generate(
      after: settings.promptBytes, length: settings.length,
      settings: settings.sampling(seed: run.configuration.training.seed), sample: progress.step
    ) { bytes += $0 }
    let sample = SampleReport(
      step: progress.step, epoch: run.epoch(after: progress.step), smoothedLoss: smoothedLoss,
      text: String(decoding: bytes, as: UTF8.self))
    try recorder.log(sample)
    reporter?.wroteSample(sample)
  }
}
