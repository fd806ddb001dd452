import Autograd

/// Dropout of one layer's attention probabilities. A layer without dropout takes no stream index.
struct AttentionDropoutDraws {
  private let rate: Double
  private let ordinal: UInt32?

  init(rate: Double, builder: ModelBuilder) {
    self.rate = rate
    ordinal = rate > 0 ? builder.takeOrdinal() : nil
  }

  /// Nil if nothing is dropped.
  func draws(for pass: ForwardPass) -> AttentionDropout? {
    guard let ordinal, pass.mode == .training else { return nil }
    return AttentionDropout(rate: rate, key: pass.dropoutKey(ordinal))
  }
}
