import Tensors

/// Chooses the windows of each step's global batch: a pure function of (seed, step, position), so that shards and resumed runs
/// see the same. Steps count from 0 through the whole run.
public struct WindowSampler: Sendable, Equatable {
  public enum Order: String, Sendable, CaseIterable {
    /// Windows that begin anywhere, every position equally likely; state begins anew in each. An epoch is as many steps
    /// as it takes to draw as many tokens as the text has.
    case random
    /// The text is cut into as many equal streams as the batch has positions, which are read side by side from their
    /// beginnings to their ends; state is carried from step to step and begins anew with each epoch. The last step of an
    /// epoch has shorter windows, all of one length. Fewer tokens than there are streams are left out at the end.
    case sequential
    /// Windows that do not overlap, in an order drawn for each epoch; state begins anew in each. Tokens at the end
    /// that fill no window are left out, and the last batch of an epoch may be short.
    case shuffledChunks = "shuffled-chunks"
  }

  public let seed: UInt64
  public let tokenCount: Int
  public let windowLength: Int
  public let batchSize: Int
  public let order: Order

  /// - Parameters:
  ///   - seed: Seed of the random draws.
  ///   - tokenCount: Tokens of the split.
  ///   - windowLength: Tokens of a window.
  ///   - batchSize: Windows of a global batch.
  ///   - order: Order of the windows.
  ///   - source: Name of the text, for the message if it is too short.
  public init(
    seed: UInt64, tokenCount: Int, windowLength: Int, batchSize: Int, order: Order, source: String = "the text"
  ) throws(DataError) {
    precondition(windowLength > 0 && batchSize > 0, "batches of \(batchSize) windows of \(windowLength) tokens")
    (self.seed, self.tokenCount, self.windowLength) = (seed, tokenCount, windowLength)
    (self.batchSize, self.order) = (batchSize, order)
    // Sums with the text's length must not overflow; no machine holds such a batch anyway.
    let (tokens, isTooLarge) = batchSize.multipliedReportingOverflow(by: windowLength)
    guard !isTooLarge, tokens <= 1 << 48 else {
      throw DataError(
        "training.batch_size", "\(batchSize) windows of \(windowLength) tokens are too many for a batch",
        advice: "lower training.batch_size or data.window", isWrongUse: true)
    }
    guard tokenCount > windowLength else {
      throw DataError(
        source, "has \(tokenCount) tokens; a window of \(windowLength) requires \(windowLength + 1)",
        advice: "take more text or a shorter window")
    }
    // The other orders take no more than the text has; this one draws, and would draw any number.
    guard order != .random || tokens <= max(tokenCount, Self.smallBatch) else {
      throw DataError(
        "training.batch_size",
        "\(batchSize) windows of \(windowLength) tokens are more than \(source) has (\(tokenCount) tokens)",
        advice: "lower training.batch_size or data.window", isWrongUse: true)
    }
    guard order != .sequential || tokenCount > batchSize else {
      throw DataError(
        source, "has \(tokenCount) tokens, too few for \(batchSize) streams", advice: "take more text or fewer streams")
    }
  }

  /// Tokens of a batch that may be larger than the text it is drawn from.
  private static let smallBatch = 1 << 20

  /// Tokens that can be predicted: all but the first.
  private var targetCount: Int { tokenCount - 1 }

  /// Targets of each of `batchSize` streams.
  public var streamLength: Int { targetCount / batchSize }

  /// Windows of an epoch in `shuffledChunks`.
  public var chunkCount: Int { targetCount / windowLength }

  public var stepsPerEpoch: Int {
    switch order {
    case .random: (targetCount + batchSize * windowLength - 1) / (batchSize * windowLength)
    case .sequential: (streamLength + windowLength - 1) / windowLength
    case .shuffledChunks: (chunkCount + batchSize - 1) / batchSize
    }
  }

  public func epoch(ofStep step: Int) -> Int { step / stepsPerEpoch }

  /// Windows in the step's global batch.
  public func batchSize(ofStep step: Int) -> Int {
    guard order == .shuffledChunks else { return batchSize }
    return min(batchSize, chunkCount - step % stepsPerEpoch * batchSize)
  }

  /// Tokens of each window of the step.
  public func windowLength(ofStep step: Int) -> Int {
    guard order == .sequential else { return windowLength }
    return min(windowLength, streamLength - step % stepsPerEpoch * windowLength)
  }

  /// The order in which an epoch visits the chunks; empty for other orders of windows. Keep it for the steps of the epoch.
  public func permutation(epoch: Int) -> [Int] {
    guard order == .shuffledChunks else { return [] }
    return EpochSampler(seed: seed, count: chunkCount, batchSize: batchSize).permutation(epoch: epoch)
  }

  /// The window at a position of the step's global batch.
  /// - Parameters:
  ///   - step: Number of the step, from 0.
  ///   - position: Position of the window in the global batch.
  ///   - permutation: Permutation of the step's epoch.
  public func window(step: Int, position: Int, permutation: [Int]) -> TextWindow {
    precondition(
      position >= 0 && position < batchSize(ofStep: step), "position \(position) of \(batchSize(ofStep: step))")
    let stepOfEpoch = step % stepsPerEpoch
    switch order {
    case .random:
      var stream = RandomStream(
        seed: seed, purpose: .textWindow, epochOrStep: UInt32(truncatingIfNeeded: step), sample: UInt32(position))
      let start = stream.integer(belowLarge: targetCount - windowLength + 1)
      return TextWindow(start: start, length: windowLength, resetsState: true)
    case .sequential:
      return TextWindow(
        start: position * streamLength + stepOfEpoch * windowLength, length: windowLength(ofStep: step),
        resetsState: stepOfEpoch == 0)
    case .shuffledChunks:
      precondition(permutation.count == chunkCount, "an order of \(permutation.count) for \(chunkCount) chunks")
      let chunk = permutation[stepOfEpoch * batchSize + position]
      return TextWindow(start: chunk * windowLength, length: windowLength, resetsState: true)
    }
  }

  /// All windows of a step. Draws the epoch's whole permutation: keep that for many steps.
  public func windows(step: Int) -> [TextWindow] {
    let permutation = permutation(epoch: epoch(ofStep: step))
    return (0..<batchSize(ofStep: step)).map { window(step: step, position: $0, permutation: permutation) }
  }
}

extension RandomStream {
  /// Uniform in 0 ..< bound, also for bounds beyond 32 bits: Lemire's multiplication with rejection (2019).
  fileprivate mutating func integer(belowLarge bound: Int) -> Int {
    precondition(bound > 0, "a random integer below \(bound)")
    let range = UInt64(bound)
    var product = next64().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next64().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }
}
