import Autograd
import Tensors

/// Initial value of a parameter.
public enum InitialValue: Sendable, Equatable {
  case constant(Double)
  /// Drawn independently, uniform in (-bound, bound).
  case uniform(bound: Double)
  /// Drawn independently; `fanIn` is the number of inputs that one output sums over, `fanOut` the number of outputs
  /// that one input reaches (both count a convolution's window).
  case drawn(Initializer, fanIn: Int, fanOut: Int)
}
