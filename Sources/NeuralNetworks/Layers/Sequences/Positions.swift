import Autograd
import Tensors

/// Adds to each place of a sequence a vector that tells it apart: input and output `[batch, time, channels]`. Learned vectors
/// are `weight` `[time, channels]`.
public final class Positions: Layer {
  public let path: String
  public let name = "positions"
  public let outputShape: [Int]
  private let learned: Parameter?
  private let fixed: Tensor?

  init(path: String, inputShape: [Int], specification: PositionsSpecification, builder: ModelBuilder) {
    let (time, channels) = (inputShape[0], inputShape[1])
    (self.path, outputShape) = (path, inputShape)
    switch specification.kind {
    case .learned:
      learned = builder.parameter(
        path + ".weight", shape: inputShape, role: .weight,
        initially: .drawn(
          .normal(standardDeviation: specification.standardDeviation), fanIn: time, fanOut: channels))
      fixed = nil
    case .sinusoidal:
      learned = nil
      fixed = Tensor.sinusoidalPositions(
        time, width: channels, dtype: builder.store.dtype, pool: StoragePool())
    }
  }

  public var parameters: [Parameter] { learned.map { [$0] } ?? [] }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    if let learned { return x.addingPositions(pass.tape.parameter(learned)) }
    return fixed.map { x.addingPositions(pass.tape.input($0)) } ?? x
  }
}
