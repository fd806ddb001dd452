import PlainText
import Training

/// First line of a run: data, model, workers, shards, batch and libraries.
enum RunLine {
  static func text(_ run: RunDescription) -> String {
    let frozen = run.frozenParameters > 0 ? ", \(Format.count(run.frozenParameters)) of them frozen" : ""
    var parts = ["\(run.data): \(samples(run))", "\(run.model), \(Format.count(run.parameters)) parameters\(frozen)"]
    var placement = run.ranks > 1 ? run.ranks.counted("rank") : run.workers.counted("worker")
    if run.nodes > 1 { placement += " on \(run.nodes) nodes" }
    placement += ", " + run.shards.counted("shard")
    if !run.shardsAreFixed { placement += " (not set: the bits hold for this number of workers only)" }
    parts.append(placement)
    parts.append("batch \(run.batchSize)")
    if let settings = run.earlyStopping { parts.append("stops after \(EarlyStoppingText.criterion(settings))") }
    let threads = run.threadsPerWorker.counted("thread") + " a worker"
    parts.append("OpenBLAS \(run.blasKernels), convolution \(run.convolutionLibrary), \(threads)")
    return parts.joined(separator: " | ")
  }

  private static func samples(_ run: RunDescription) -> String {
    var text = "\(run.trainingSamples) training"
    if let epoch = run.balancedEpoch {
      text += " (balanced: an epoch has \(epoch.classes) classes × \(epoch.samples.counted("sample")))"
    }
    if run.validationSamples > 0 { text += ", \(run.validationSamples) validation" }
    if run.testSamples > 0 { text += ", \(run.testSamples) test" }
    return text
  }
}
