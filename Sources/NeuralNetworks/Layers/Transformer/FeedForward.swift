import Autograd
import Tensors

/// The two linear layers behind attention, row by row: c_proj(f(c_fc(x))), or, gated, c_proj(silu(c_gate(x)) ∘ c_fc(x)) (Shazeer,
/// 2020). Input and output `[batch, time, width]`, four times as wide between; gated 8/3 times, rounded up to a multiple
/// of 8, so that both have about as many parameters.
public final class FeedForward: Layer {
  public let path: String
  public let name = "feed_forward"
  public let outputShape: [Int]
  private let activation: Activation?
  private let gate: Linear?
  private let inner: Linear
  private let output: Linear
  private let dropout: Dropout

  init(path: String, settings: TransformerSettings, builder: ModelBuilder) {
    (self.path, outputShape, activation) = (path, settings.shape, settings.mlp.activation)
    let hidden = settings.mlp == .swiglu ? (settings.width * 8 + 23) / 24 * 8 : 4 * settings.width
    func linear(_ name: String, _ shape: [Int], _ outputs: Int, _ initializer: Initializer) -> Linear {
      Linear(
        path: path + name, inputShape: shape, outputs: outputs, bias: settings.bias, initializer: initializer,
        builder: builder)
    }
    gate =
      settings.mlp == .swiglu ? linear("." + settings.names.gate, settings.shape, hidden, settings.initializer) : nil
    inner = linear("." + settings.names.inner, settings.shape, hidden, settings.initializer)
    output = linear("." + settings.names.output, inner.outputShape, settings.width, settings.residualInitializer)
    dropout = Dropout(path: path + ".dropout", inputShape: settings.shape, rate: settings.dropout, builder: builder)
  }

  public var children: [any Layer] { (gate.map { [$0] } ?? []) + [inner, output, dropout] }
  public var spansBatch: Bool { false }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    var hidden: [Variable]
    if let activation, pass.fusesLayers {
      hidden = pass.each(parts) { inner.forward($0, $1, activation: activation) }
    } else {
      hidden = try inner(parts, pass)
      if let activation { hidden = hidden.map { $0.activated(by: activation) } }
    }
    if let gate { hidden = zip(try gate(parts, pass), hidden).map { $0.gating($1) } }
    return try dropout(output(hidden, pass), pass)
  }
}
