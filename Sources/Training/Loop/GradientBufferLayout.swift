import Autograd
import Collectives
import RunSettings
import Tensors

/// Contribution of one shard to the all-reduce, in one buffer: its gradients, the batch statistics of its
/// normalisation layers, and a few sums that describe the step.
///
///     [ samples, loss weight, loss, correct, requests, predictions, zeros | statistics × samples | gradients ]
///
/// The order is that in which a backward pass finishes them, from the end: values that are known last come first. Frozen
/// parameters have no part.
///
/// All of it is summed by the same tree, so everything that steers a run is identical on any number of workers.
struct GradientBufferLayout: Sendable {
  let gradients: Range<Int>
  let statistics: Range<Int>
  let totals: Range<Int>

  init(store: ParameterStore) {
    totals = 0..<16
    statistics = totals.upperBound..<(totals.upperBound + store.bufferFlatCount)
    gradients = statistics.upperBound..<(statistics.upperBound + store.flatCount)
  }

  /// Number of elements of a gradient buffer.
  var count: Int { gradients.upperBound }

  func gradients(of buffer: Tensor) -> Tensor { view(gradients, of: buffer) }
  func statistics(of buffer: Tensor) -> Tensor { view(statistics, of: buffer) }

  private func view(_ range: Range<Int>, of buffer: Tensor) -> Tensor {
    Tensor(storage: buffer.storage, offset: range.lowerBound, shape: [range.count], dtype: buffer.dtype)
  }

  func write(_ sums: StepTotals, to buffer: Tensor) {
    let values = UnsafeMutableBufferPointer(rebasing: buffer.floats[totals])
    values[0] = Float(sums.samples)
    values[1] = Float(sums.lossWeight)
    values[2] = Float(sums.loss)
    values[3] = Float(sums.correct)
    values[4] = Float(sums.requests.stop)
    values[5] = Float(sums.requests.checkpoint)
    values[6] = Float(sums.predictions)
  }

  func totals(of buffer: Tensor) -> StepTotals {
    let values = UnsafeMutableBufferPointer(rebasing: buffer.floats[totals])
    return StepTotals(
      samples: Double(values[0]), lossWeight: Double(values[1]), loss: Double(values[2]),
      correct: Double(values[3]), predictions: Double(values[6]),
      requests: StepRequests(stop: Double(values[4]), checkpoint: Double(values[5])))
  }
}

extension GradientBufferLayout {
  /// Buckets of a gradient buffer, cut at parameters: a function of the model and of two settings.
  func buckets(_ trainable: [Parameter], _ settings: TrainingSettings) -> Buckets {
    guard settings.overlap else { return Buckets(count: count) }
    let cuts = trainable.map { gradients.lowerBound + $0.offset }
    let wanted = settings.bucketMegabytes * 1e6 / Double(MemoryLayout<Float>.size)
    return Buckets(count: count, cuts: cuts, minimum: Int(min(wanted, Double(count))))
  }

  /// The elements of parameters' flat buffers that correspond to a worker's own elements of the sum.
  func parameters(in sum: AllReduce) -> [Range<Int>] {
    let start = gradients.lowerBound
    return sum.ownElements.map { $0.clamped(to: gradients) }.filter { !$0.isEmpty }
      .map { $0.lowerBound - start..<$0.upperBound - start }
  }
}

/// Sums over the samples of a shard; after the all-reduce, over those of the global batch.
struct StepTotals: Sendable, Equatable {
  var samples = 0.0
  /// Divisor of the summed loss and gradients: samples, or the sum of their class weights.
  var lossWeight = 0.0
  var loss = 0.0
  /// Numbers of correct predictions and of all: one for each sample's class, or for each token of a window.
  var correct = 0.0
  var predictions = 0.0
  var requests = StepRequests()

  var meanLoss: Double { lossWeight > 0 ? loss / lossWeight : 0 }
  var accuracy: Double { predictions > 0 ? correct / predictions : 0 }
}

/// Requests to all workers after a step: the number of workers that made each.
struct StepRequests: Sendable, Equatable {
  /// To stop.
  var stop = 0.0
  /// To write a checkpoint.
  var checkpoint = 0.0
}
