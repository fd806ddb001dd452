/// Samples that a language model writes during training. They change no weights.
public struct SampleSettings: Sendable, Equatable {
  public var everySteps: Int?
  /// Steps after which a sample is written; 0 is before the first.
  public var at: [Int] = []
  /// Number of tokens to write.
  public var length = 200
  /// Nil starts at the beginning of a line.
  public var prompt: String?
  public var temperature = 1.0
  public var topK: Int?
  public var topP: Double?

  public init() {}

  public var areWanted: Bool { everySteps != nil || !at.isEmpty }

  package var promptBytes: [UInt8] { Array((prompt ?? "").utf8) }

  package func isDue(after step: Int) -> Bool {
    at.contains(step) || step > 0 && everySteps.map { step % $0 == 0 } ?? false
  }
}
