import Collectives
import DataPipeline

/// A model of images from a checkpoint, for any number of image files on any number of workers.
///
/// Files pass through the model in blocks of a fixed size, so the results have the same bits for every number of workers, and memory
/// is bounded.
public struct ImagePredictor: Sendable {
  private let opened: ClassificationCheckpoint

  /// Opens a checkpoint.
  ///
  /// - Parameters:
  ///   - path: A checkpoint file or a run folder.
  ///   - damaged: Called with each checkpoint that was skipped.
  public init(at path: String, damaged: (String) -> Void) throws {
    opened = try ClassificationCheckpoint(at: path, damaged: damaged)
    guard opened.input.takesFiles else { throw ClassificationError.takesTexts(opened.file.path) }
  }

  public var weightsSHA256: String { opened.file.weightsSHA256 }
  /// Names of the classes, in the order of probabilities.
  public var classNames: [String] { opened.classNames }

  /// Results of some files, in order.
  public struct Piece {
    /// The results as `format` writes them.
    public internal(set) var rows: [UInt8] = []
    /// Faults of the images that are left out.
    public internal(set) var faults: [String] = []
    /// Number of files, with those left out.
    public internal(set) var fileCount = 0
  }

  /// Classifies files. Collective.
  ///
  /// - Parameters:
  ///   - files: The same on all workers.
  ///   - skipsUnreadable: Leaves out images that cannot be read; otherwise the first of them is an error.
  ///   - communicator: Its workers divide the files among themselves.
  ///   - format: Called on every worker, for each of its results.
  ///   - receive: Called on worker 0, piece by piece in the order of the files.
  public func predict(
    _ files: [String], skipsUnreadable: Bool, communicator: any Communicator, format: (ImagePrediction) -> [UInt8],
    receive: (Piece) throws -> Void
  ) throws {
    let classifier = try communicator.agree { try Classifier(opened) }
    let blocks = EvaluationBlocks(count: files.count, blockSize: opened.configuration.evaluation.blockSize)
    let rounds = BlockRounds(blockCount: blocks.blockCount, workers: communicator.size)
    for round in 0..<rounds.count {
      var own = Piece()
      if let block = rounds.block(ofRound: round, worker: communicator.worker) {
        for result in try classifier.classify(files: files[blocks.samples(ofBlock: block)]) {
          switch result {
          case .success(let prediction): own.rows += format(prediction)
          case .failure(let fault) where fault.isOutOfMemory: throw fault
          case .failure(let fault): own.faults.append("\(skipsUnreadable ? fault : fault.offeringToSkip)")
          }
        }
      }
      let faults = try communicator.allGather(Array(own.faults.joined(separator: "\0").utf8)).flatMap {
        String(decoding: $0, as: UTF8.self).split(separator: "\0").map(String.init)
      }
      if let first = faults.first, !skipsUnreadable { throw AgreedFailure(description: first, exitCode: 1) }
      let rows = try communicator.allGather(own.rows).flatMap { $0 }
      let last = min(rounds.blockCount, (round + 1) * rounds.workers) - 1
      let range = blocks.samples(ofBlock: round * rounds.workers).lowerBound..<blocks.samples(ofBlock: last).upperBound
      try communicator.agree(on: 0) {
        if communicator.worker == 0 { try receive(Piece(rows: rows, faults: faults, fileCount: range.count)) }
      }
    }
  }
}
