import Collectives
import Configuration
import DataPipeline
import NeuralNetworks
import PlainText
import RunSettings
import Tensors

/// Reason why a run cannot start or resume.
public enum RunError: ExitCodeProviding, Equatable, CustomStringConvertible {
  case noTrainingSamples
  case moreWorkersThanShards(workers: Int, shards: Int)
  case batchSmallerThanShards(batchSize: Int, shards: Int)
  case moreShardsThanSamples(shards: Int, samples: Int)
  case statisticsOfOneSample(layer: String, batchSize: Int, shards: Int?)
  case streamsDoNotDivide(batchSize: Int, shards: Int)
  case anotherConfiguration(checkpoint: String, refused: [String], continued: [String], isContinued: Bool)
  case noCheckpoint(folder: String)
  case nothingToContinue(checkpoint: String, step: Int, changes: [String])
  case otherShards(checkpoint: String, old: Int, new: Int)
  case folderNotEmpty(String)
  case alreadyFurther(checkpoint: String, step: Int, totalSteps: Int)
  case otherData(checkpoint: String)
  case otherState(checkpoint: String, tensor: String, found: [Int]?, expected: [Int]?)
  case diverged(step: Int, learningRate: Double, loss: Double, layer: String?, checkpoint: String?)
  case endedDiverged(step: Int, learningRate: Double, sign: String, checkpoint: String?)
  case nonFiniteWeights(step: Int, tensor: String, learningRate: Double, checkpoint: String?)
  case replicasDiffer(step: Int, workers: String, tensor: String?, count: String, checkpoint: String?, folder: String)

  public var exitCode: Int32 {
    switch self {
    case .diverged, .endedDiverged, .nonFiniteWeights, .replicasDiffer: 1
    default: 2
    }
  }

  public var description: String {
    switch self {
    case .noTrainingSamples:
      "the training split is empty; lower data.validation or raise data.train_limit"
    case .moreWorkersThanShards(let workers, let shards):
      """
      \(workers.counted("worker")) for \(shards.counted("shard")): a worker requires at least one shard; use at most \
      \(shards.counted("worker")), or set \
      training.shards to \(workers) or more (another number of shards gives other bits)
      """
    case .batchSmallerThanShards(let batchSize, let shards):
      """
      a batch_size of \(batchSize) cannot be cut into \(shards) shards; raise training.batch_size, or use fewer workers \
      or shards
      """
    case .moreShardsThanSamples(let shards, let samples):
      """
      \(shards) shards, but the training split has only \(samples.counted("sample")) for a batch; use at most \(samples) shards \
      (training.shards) or workers
      """
    case .statisticsOfOneSample(let layer, let batchSize, let shards?):
      """
      layer \(layer.onOneLine) (batch_norm) takes its statistics over the samples of a shard, but a batch of \(batchSize) in \
      \(shards.counted("shard")) leaves one sample to a shard, which has no variance; use at most \
      \((batchSize / 2).counted("shard")) (training.shards, or --workers), raise training.batch_size, or take the statistics \
      over the whole batch (batch_norm: {sync: true}; of an mlp, sync_batch_norm: true)
      """
    case .statisticsOfOneSample(let layer, let batchSize, nil):
      """
      layer \(layer.onOneLine) (batch_norm) takes its statistics over the batch, but that has \(batchSize.counted("sample")), which has no \
      variance; raise training.batch_size to 2 or more
      """
    case .streamsDoNotDivide(let batchSize, let shards):
      """
      data.order sequential carries state over \(batchSize) streams, which do not divide over \(shards) shards; make \
      training.batch_size a multiple of \(shards), or choose another number of shards
      """
    case .anotherConfiguration(let checkpoint, let refused, let continued, let isContinued):
      """
      \(checkpoint.onOneLine) belongs to a run with another configuration:
      \(Self.list(isContinued ? refused : continued + refused))
      \(Self.advice(refused: refused, isContinued: isContinued))
      """
    case .noCheckpoint(let folder):
      """
      \(folder.onOneLine) has no checkpoint that --continue could go on from; check --run-dir, or leave --continue out to \
      start a run
      """
    case .nothingToContinue(let checkpoint, let step, let changes):
      """
      \(checkpoint.onOneLine) is complete after step \(step): no step is left that could be trained with
      \(Self.list(changes))
      make the run longer with training.epochs or training.steps
      """
    case .otherShards(let checkpoint, let old, let new):
      """
      \(checkpoint.onOneLine) was trained with \(old.counted("shard")), this run would have \(new), one for each worker; resume with \(old.counted("worker")), or \
      with --set training.shards=\(old) and any number of workers up to that
      """
    case .alreadyFurther(let checkpoint, let step, let totalSteps):
      """
      \(checkpoint.onOneLine) is after step \(step), but this run would end at step \(totalSteps); raise training.steps or \
      training.epochs, or start a new run with another --run-dir
      """
    case .folderNotEmpty(let path):
      "\(path.onOneLine) is not empty, and --resume never was given; choose another --run-dir, or leave --resume out to go on there"
    case .otherData(let checkpoint):
      """
      the training data are not those that \(checkpoint.onOneLine) was trained on (classes, labels, pixels or texts, \
      or their mean or deviation differ); check --data and data.path
      """
    case .otherState(let checkpoint, let tensor, let found, let expected):
      """
      \(checkpoint.onOneLine) holds \(Self.shape(found)) for the carried state \(tensor.onOneLine), this run has \(Self.shape(expected)); go on \
      from another checkpoint (--resume CHECKPOINT), or start a new run with another --run-dir
      """
    case .diverged(let step, let learningRate, let loss, let layer, let checkpoint):
      """
      the loss became \(loss.readable) in step \(step) at learning rate \(learningRate.readable)\
      \(layer.map { "; the first layer whose output is not finite is \($0.onOneLine)" } ?? "; all layers' outputs are finite")
      \(Self.advice(checkpoint))
      """
    case .endedDiverged(let step, let learningRate, let sign, let checkpoint):
      """
      the run diverged in its last step, \(step), at learning rate \(learningRate.readable): \(sign)
      \(Self.advice(checkpoint))
      """
    case .nonFiniteWeights(let step, let tensor, let learningRate, let checkpoint):
      """
      after step \(step) at learning rate \(learningRate.readable) the first tensor that is not finite is \(tensor.onOneLine)
      \(Self.advice(checkpoint))
      """
    case .replicasDiffer(let step, let workers, let tensor, let count, let checkpoint, let folder):
      """
      the replicas differ after step \(step): \(workers.onOneLine); \
      \(tensor.map { "the first tensor that differs is \($0.onOneLine) (\(count) differ)" } ?? "a second look found no tensor that differs")
      \(checkpoint.map { "the last good checkpoint is \($0.onOneLine); to resume from it, give the same command --run-dir \(folder.onOneLine)" }
        ?? "no good checkpoint was written before: start again")
      replicas differ after a fault of memory or of a processor: check that host, or leave it out; if it happens again \
      elsewhere at the same step, report it as an error of this program
      """
    }
  }

  private static func shape(_ sizes: [Int]?) -> String {
    sizes.map { "a tensor of " + $0.map(String.init).joined(separator: "×") } ?? "no tensor"
  }

  private static func list(_ lines: [String]) -> String { lines.map { "  " + $0.onOneLine }.joined(separator: "\n") }

  private static func advice(refused: [String], isContinued: Bool) -> String {
    let own = "go on with the configuration in its run folder"
    if refused.isEmpty {
      return "add --continue to train the rest of the run with the new values, or take the old ones back with --set"
    }
    let settings = ConfigurationDifference.ofLearning.joined(separator: ", ")
    let limit = "--continue changes the learning only (\(settings)); " + own
    return (isContinued ? limit : own) + ", or start a new run with another --run-dir"
  }

  private static func advice(_ checkpoint: String?) -> String {
    let kept =
      checkpoint.map { "the last good checkpoint is \($0.onOneLine); " } ?? "no good checkpoint was written before; "
    return kept + "try a lower learning rate, a warm-up, or optimizer.clip_norm"
  }
}
