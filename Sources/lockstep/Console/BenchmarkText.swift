import JSON
import PlainText
import Training

/// The result of `bench step`, for people and for programs.
struct BenchmarkText {
  let result: StepBenchmark.Result
  let ranks: Int

  var text: String {
    let memory = Format.decimal(Double(result.peakResidentBytes) / 1e6, 0)
    return """
      \(Format.decimal(result.median, 3)) ms a step (\(Format.decimal(result.minimum, 3)) to \
      \(Format.decimal(result.maximum, 3)), \(result.steps.counted("step"))), \(Format.decimal(result.samplesPerSecond, 1)) samples/s
      batch \(result.batchSize), \(result.workers.counted("worker")), \(ranks.counted("rank")), \(result.parameters.counted("parameter")), \
      \(memory) MB at the peak of the largest rank
      """
  }

  /// One line; the keys are a contract.
  var json: String {
    let object: JSON = [
      "ms_per_step": [
        "min": .number(result.minimum), "median": .number(result.median), "max": .number(result.maximum),
      ],
      "samples_per_second": .number(result.samplesPerSecond),
      "batch_size": .integer(result.batchSize),
      "workers": .integer(result.workers),
      "ranks": .integer(ranks),
      "parameters": .integer(result.parameters),
      "peak_rss_bytes": .integer(result.peakResidentBytes),
    ]
    return object.description
  }
}
