import Autograd
import Tensors

/// Value of a parameter before training.
public enum InitialValue: Sendable, Equatable {
  case constant(Double)
  /// Drawn independently, uniform in (-bound, bound).
  case uniform(bound: Double)
  /// Drawn independently; `fanIn` is the number of inputs that one output sums over, `fanOut` the number of outputs
  /// that one input reaches (both count a convolution's window).
  case drawn(Initializer, fanIn: Int, fanOut: Int)
}

extension Initializer {
  /// The distribution that this initialiser draws from.
  enum Distribution: Equatable {
    case normal(standardDeviation: Double)
    /// Uniform in (-bound, bound).
    case uniform(bound: Double)
    case zero
  }

  func distribution(fanIn: Int, fanOut: Int) -> Distribution {
    // A uniform distribution of bound b has variance b² / 3.
    func normal(_ variance: Double) -> Distribution { .normal(standardDeviation: variance.squareRoot()) }
    func uniform(_ variance: Double) -> Distribution { .uniform(bound: (3 * variance).squareRoot()) }
    let (inputs, outputs) = (Double(max(fanIn, 1)), Double(max(fanOut, 1)))
    return switch self {
    case .heNormal: normal(2 / inputs)
    case .heUniform: uniform(2 / inputs)
    case .xavierNormal: normal(2 / (inputs + outputs))
    case .xavierUniform: uniform(2 / (inputs + outputs))
    case .lecunNormal: normal(1 / inputs)
    case .lecunUniform: uniform(1 / inputs)
    case .normal(let standardDeviation): .normal(standardDeviation: standardDeviation)
    case .scaledNormal(let gain): normal(gain / inputs)
    case .zeros: .zero
    }
  }
}
