import Autograd

/// The largest value, or the mean, of each window over time.
///
/// Input `[batch, time, channels]`, output `[batch, time', channels]`. Padding never wins; explicit padding counts as
/// zeros in a mean (PyTorch's default), padding `same` does not. Where samples have lengths, windows end with them.
public final class TimePool: Layer {
  enum Kind {
    case maximum
    case mean(countingPadding: Bool)
  }

  public let path: String
  public let name: String
  public let outputShape: [Int]
  private let kind: Kind
  private let window: PoolingWindow

  init(path: String, name: String, inputShape: [Int], kind: Kind, window: PoolingWindow) {
    (self.path, self.name, self.kind, self.window) = (path, name, kind, window)
    outputShape = [window.outputTime(inputShape[0]), inputShape[1]]
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    let lengths = pass.lengths
    pass.lengths = lengths?.map(window.outputTime)
    return switch kind {
    case .maximum: x.maxPoolOverTime(window, lengths: lengths)
    case .mean(let countingPadding):
      x.averagePoolOverTime(window, countingPadding: countingPadding, lengths: lengths)
    }
  }
}
