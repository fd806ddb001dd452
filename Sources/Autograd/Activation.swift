/// Elementwise non-linearities.
public enum Activation: Sendable, Equatable {
  case relu
  case leakyReLU(slope: Double)
  case sigmoid
  case tanh
  /// The exact form, x·Φ(x) (Hendrycks and Gimpel, 2016).
  case gelu
  /// GELU by the tanh approximation.
  case geluTanh
  /// x·sigmoid(x), also called swish (Ramachandran et al., 2017).
  case silu

  /// The word that configurations and messages use.
  public var name: String {
    switch self {
    case .relu: "relu"
    case .leakyReLU: "leaky_relu"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .gelu: "gelu"
    case .geluTanh: "gelu_tanh"
    case .silu: "silu"
    }
  }

  /// Whether the derivative follows from the output alone. Such an activation can overwrite its input, so that
  /// it fuses with the operation before it.
  public var isDifferentiableFromOutput: Bool {
    switch self {
    case .relu, .sigmoid, .tanh: true
    // With a slope below zero the output's sign no longer tells the input's.
    case .leakyReLU(let slope): slope >= 0
    case .gelu, .geluTanh, .silu: false
    }
  }
}
