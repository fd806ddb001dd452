/// A range of tokens: inputs `start ..< start + length`, targets one further on.
public struct TextWindow: Sendable, Equatable {
  public var start: Int
  public var length: Int
  /// Whether the state that is carried from window to window is reset here.
  public var resetsState: Bool

  public init(start: Int, length: Int, resetsState: Bool) {
    (self.start, self.length, self.resetsState) = (start, length, resetsState)
  }
}

/// A text cut into windows one after the other, the last one shorter: each token but the first is predicted once. For
/// evaluations without carried state; with state, `WindowSampler` in sequential order with one stream.
public struct EvaluationWindows: Sendable, Equatable {
  public let tokenCount: Int
  public let windowLength: Int

  public init(tokenCount: Int, windowLength: Int) {
    precondition(tokenCount > 1 && windowLength > 0, "windows of \(windowLength) out of \(tokenCount) tokens")
    (self.tokenCount, self.windowLength) = (tokenCount, windowLength)
  }

  public var count: Int { (tokenCount - 1 + windowLength - 1) / windowLength }

  public subscript(window: Int) -> TextWindow {
    precondition(window >= 0 && window < count, "window \(window) of \(count)")
    let start = window * windowLength
    return TextWindow(start: start, length: min(windowLength, tokenCount - 1 - start), resetsState: true)
  }
}
