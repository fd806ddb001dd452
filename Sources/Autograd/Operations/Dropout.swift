import CKernels
import Tensors

/// Key of the draws of a dropout layer: independent of shards, workers and the order of calls.
public struct DropoutKey: Sendable, Equatable {
  public var seed: UInt64
  public var step: Int
  /// Position of the first row in the global batch.
  public var firstSample: Int
  /// Number of the dropout layer in its model.
  public var layer: UInt32

  public init(seed: UInt64, step: Int, firstSample: Int, layer: UInt32) {
    (self.seed, self.step, self.firstSample, self.layer) = (seed, step, firstSample, layer)
  }
}

/// Zeroes each attention probability with probability `rate` and scales the others by 1 / (1 − rate).
public struct AttentionDropout: Sendable {
  public let rate: Double
  public let key: DropoutKey

  public init(rate: Double, key: DropoutKey) {
    precondition(rate >= 0 && rate < 1, "dropout of rate \(rate)")
    (self.rate, self.key) = (rate, key)
  }

  func stream(ofSample sample: Int) -> RandomStream {
    RandomStream(
      seed: key.seed, purpose: .dropout, epochOrStep: UInt32(truncatingIfNeeded: key.step),
      sample: UInt32(truncatingIfNeeded: key.firstSample + sample), layer: key.layer)
  }
}

extension Variable {
  /// Zeroes each value with probability `rate`, scales the others by 1 / (1 − rate) (Srivastava et al., 2014).
  public func dropout(rate: Double, key: DropoutKey) -> Variable {
    precondition(rate >= 0 && rate < 1, "dropout of rate \(rate)")
    let stream = RandomStream(
      seed: key.seed, purpose: .dropout, epochOrStep: UInt32(truncatingIfNeeded: key.step),
      sample: UInt32(truncatingIfNeeded: key.firstSample), layer: key.layer)
    let output = emptyLike()
    let kept = Tensor(uninitialized: shape, dtype: .uint8, pool: tape.pool)
    let mask = kept.pointer.assumingMemoryBound(to: UInt8.self)
    ck_dropout_forward(
      type, value.rowCount, value.rowLength, rate, stream.key, nil, value.pointer, output.pointer, mask)
    return tape.record(output, inputs: [self]) { [self] gradient in
      tape.accumulateGradient(of: self) { target, adding in
        let mask = kept.pointer.assumingMemoryBound(to: UInt8.self)
        ck_dropout_backward(type, value.count, rate, mask, gradient.pointer, target.pointer, adding)
      }
    }
  }
}
