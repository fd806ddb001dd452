import Autograd
import Collectives
import DataPipeline
import NeuralNetworks
import Tensors

/// Loss and accuracy over a whole split, with every sample counted once.
///
/// The split is cut into blocks of a fixed size, which the workers compute in turn. The blocks' sums are gathered and added in block
/// order, so the result has the same bits for every number of workers.
package struct Evaluator {
  package struct Result: Sendable, Equatable {
    /// Number of predictions: samples, or tokens of a text.
    package var samples = 0
    /// Mean of the loss that training minimises.
    package var loss = 0.0
    /// Mean of −ln p of the true token; nil if the split has classes.
    package var logLoss: Double?
    package var correct = 0
    package var confusion = ConfusionMatrix(classes: 0)

    package var accuracy: Double { samples > 0 ? Double(correct) / Double(samples) : 0 }
  }

  package let split: any SampleSplit
  package let preparation: ImagePreparation
  package let blockSize: Int
  package let communicator: any Communicator

  /// Called repeatedly: once it returns true on any worker, all abandon the evaluation.
  package var isStopped: () -> Bool

  package init(
    split: any SampleSplit, preparation: ImagePreparation, blockSize: Int, communicator: any Communicator,
    isStopped: @escaping () -> Bool = { false }
  ) {
    (self.split, self.preparation, self.blockSize) = (split, preparation, blockSize)
    (self.communicator, self.isStopped) = (communicator, isStopped)
  }

  private var classes: Int { split.classNames.count }

  /// Collective.
  ///
  /// - Parameter recorder: Receives the prediction of each sample. An evaluation that has one must not be stopped.
  /// - Returns: Nil if a stop was requested before the end. The same on every worker.
  package func evaluate(
    model: Model, loss: Loss, context: ExecutionContext, recorder: PredictionRecorder? = nil
  ) throws -> Result? {
    let assembler = split.makeAssembler(preparation, seed: 0, pool: context.pool)
    let rounds = BlockRounds(
      blockCount: assembler.evaluationBlocks(ofSize: blockSize).blockCount, workers: communicator.size)
    let mine = rounds.blocks(ofWorker: communicator.worker)
    let loader = EvaluationLoader(assembler: assembler, blockSize: blockSize, blocks: mine)
    var sums: [UInt8] = []
    var pairs: [UInt64] = []
    var isWhole = true
    do {
      for round in 0..<rounds.count {
        var rows: [UInt8] = []
        if rounds.block(ofRound: round, worker: communicator.worker) != nil {
          let block = try loader.next(unless: isStopped)
          let found = evaluate(block, model: model, loss: loss, context: context, pairs: &pairs) { output in
            if let recorder { rows = recorder.rows(of: block, output, loss: loss, split: split) }
          }
          guard let found else { throw DataError.stopped }
          sums += found.bytes
        }
        try recorder?.deliver(rows, communicator)
      }
    } catch let error as DataError where error == .stopped {
      isWhole = false
      loader.abandon()
    }
    guard try communicator.allGather([isWhole ? 1 : 0]).allSatisfy({ $0 == [1] }) else { return nil }
    let parts = try communicator.allGather(sums)
    let blocks = (0..<rounds.blockCount).flatMap { block in
      let start = block / rounds.workers * BlockSums.byteCount
      return parts[block % rounds.workers][start..<start + BlockSums.byteCount]
    }
    guard classes > 0 else { return combine(blocks, pairs: []) }
    // Counts have no rounding: their order does not matter.
    let gathered = try communicator.allGather(pairs.withUnsafeBytes { Array($0) })
    return combine(blocks, pairs: gathered.flatMap { bytes in bytes.withUnsafeBytes { Array($0.words) } })
  }

  /// Nil after a stop request.
  ///
  /// - Parameters:
  ///   - pairs: Receives the true and the predicted class of each sample.
  ///   - inspect: Called with the model's output.
  private func evaluate(
    _ batch: Batch, model: Model, loss: Loss, context: ExecutionContext, pairs: inout [UInt64],
    inspect: (Variable) -> Void
  ) -> BlockSums? {
    let tape = Tape(context: context, recording: false)
    let pass = ForwardPass(tape: tape, mode: .evaluation, lengths: batch.lengths)
    // A stop request is kept, because the output that it cut short must not be used.
    var isAbandoned = false
    pass.isAbandoned = {
      isAbandoned = isAbandoned || isStopped()
      return isAbandoned
    }
    let output = model(tape.input(batch.inputs), pass)
    guard !isAbandoned else { return nil }
    inspect(output)
    let result = loss(output, labels: batch.labels)
    var sums = BlockSums(
      samples: batch.labels.count, correct: result.correct, loss: result.sum.value[0], weight: result.weight)
    guard classes > 0 else {
      sums.logLoss = loss == loss.logLoss ? sums.loss : loss.logLoss(output, labels: batch.labels).sum.value[0]
      return sums
    }
    let scores = UnsafeBufferPointer(output.value.floats)
    for (row, label) in batch.labels.int32s.enumerated() {
      let predicted = scores[row * classes..<(row + 1) * classes].indexOfLargest
      pairs.append(ConfusionMatrix.pair(actual: Int(label), predicted: predicted))
    }
    return sums
  }

  private func combine(_ bytes: [UInt8], pairs: [UInt64]) -> Result {
    var result = Result(confusion: ConfusionMatrix(classes: classes, pairs: pairs))
    var (loss, weight, logLoss) = (0.0, 0.0, 0.0)
    for start in stride(from: 0, to: bytes.count, by: BlockSums.byteCount) {
      let sums = BlockSums(bytes: bytes[start...])
      result.samples += sums.samples
      result.correct += sums.correct
      loss += sums.loss
      weight += sums.weight
      logLoss += sums.logLoss
    }
    result.loss = weight > 0 ? loss / weight : 0
    if classes == 0, result.samples > 0 { result.logLoss = logLoss / Double(result.samples) }
    return result
  }
}

/// One block's sums as a message between workers of one processor type (native byte order).
private struct BlockSums {
  var samples: Int
  var correct: Int
  var loss: Double
  var weight: Double
  var logLoss = 0.0

  static let byteCount = 5 * 8

  init(samples: Int, correct: Int, loss: Double, weight: Double) {
    (self.samples, self.correct, self.loss, self.weight) = (samples, correct, loss, weight)
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    withUnsafeBytes(of: Int64(samples)) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: Int64(correct)) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: loss) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: weight) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: logLoss) { bytes.append(contentsOf: $0) }
    return bytes
  }

  init(bytes: ArraySlice<UInt8>) {
    (samples, correct, loss, weight, logLoss) = bytes.withUnsafeBytes { raw in
      (
        Int(raw.loadUnaligned(as: Int64.self)),
        Int(raw.loadUnaligned(fromByteOffset: 8, as: Int64.self)),
        raw.loadUnaligned(fromByteOffset: 16, as: Double.self),
        raw.loadUnaligned(fromByteOffset: 24, as: Double.self),
        raw.loadUnaligned(fromByteOffset: 32, as: Double.self)
      )
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var words: [UInt64] {
    stride(from: 0, to: count, by: 8).map { loadUnaligned(fromByteOffset: $0, as: UInt64.self) }
  }
}
