import Tensors

/// Gains and shifts of the layer normalisation inside a recurrent layer, except the shifts that are biases in
/// `RecurrentWeights`.
public struct RecurrentNorms {
  /// Gain of W_ih·x, `[gates · hidden]`; in a vanilla RNN, of the sum of both matrix products.
  public let input: Variable
  /// Gain of W_hh·h', `[gates · hidden]`; nil in a vanilla RNN.
  public let hidden: Variable?
  /// Gain and shift of an LSTM's cell, each `[hidden]`.
  public let cell: (weight: Variable, bias: Variable)?
  public let epsilon: Double

  public init(
    input: Variable, hidden: Variable? = nil, cell: (weight: Variable, bias: Variable)? = nil, epsilon: Double = 1e-5
  ) {
    (self.input, self.hidden, self.cell, self.epsilon) = (input, hidden, cell, epsilon)
  }
}

extension Variable {
  /// `recurrent` with layer normalisation inside the cell (Ba, Kiros and Hinton, 2016, equation 4 and supplementary
  /// material). With N(v; γ, β) = γ ∘ (v − mean of v) / √(variance of v + ε) + β, over all elements of a row:
  ///
  ///     RNN:  h = f(N(W_ih·x + W_hh·h'; γ, b_ih + b_hh))
  ///     LSTM: (i, f, g, o) = N(W_ih·x; γ_ih, b_ih) + N(W_hh·h'; γ_hh, b_hh)
  ///           c = σ(f)·c' + σ(i)·tanh(g), h = σ(o)·tanh(N(c; γ_c, β_c))
  ///     GRU:  (r, z) = N(W_ih,rz·x; …) + N(W_hh,rz·h'; …), n = tanh(N(W_ih,n·x; …) + σ(r)·N(W_hh,n·h'; …))
  ///           h = (1 − σ(z))·n + σ(z)·h'
  ///
  /// The paper's own bias of the gates is left out: it would add to β. Each step is made of operations; only the input's
  /// matrix products and their normalisation are outside the loop.
  public func recurrent(
    _ cell: RecurrentCell, weights: RecurrentWeights, norms: RecurrentNorms, initial: RecurrentStep? = nil,
    reversed: Bool = false, lastOnly: Bool = false
  ) -> (output: Variable, final: RecurrentStep) {
    checkSequences(lengths: nil)
    precondition(
      (norms.hidden == nil) == (cell.gateCount == 1) && (norms.cell != nil) == (cell == .lstm),
      "\(cell): normalisation of other parts")
    let steps = NormalizedSteps(cell, self, weights, norms)
    let zero = Tensor(zeros: [shape[0], steps.hidden], dtype: dtype, pool: tape.pool)
    var state = tape.input(initial?.hidden ?? zero)
    var memory = tape.input(initial?.cell ?? zero)
    let time = shape[1]
    var states: [Variable] = []
    for step in 0..<time {
      (state, memory) = steps.advance(state, memory, at: reversed ? time - 1 - step : step)
      if !lastOnly { states.append(state) }
    }
    let final = RecurrentStep(hidden: state.value, cell: cell == .lstm ? memory.value : nil)
    if lastOnly { return (state, final) }
    let inOrder = reversed ? states.reversed() : states
    return (Variable.concatenatingChannels(inOrder).reshaped([shape[0], time, steps.hidden]), final)
  }
}

/// The steps of one pass.
private struct NormalizedSteps {
  let hidden: Int
  private let cell: RecurrentCell
  private let weights: RecurrentWeights
  private let norms: RecurrentNorms
  /// `[batch, time, gates · hidden]`, normalised except in a vanilla RNN.
  private let products: Variable
  private let batch: Int
  private let shift: Variable

  init(_ cell: RecurrentCell, _ x: Variable, _ weights: RecurrentWeights, _ norms: RecurrentNorms) {
    (self.cell, self.weights, self.norms, batch) = (cell, weights, norms, x.shape[0])
    hidden = weights.hidden.value.size(-1)
    let plain = x.linear(weight: weights.input, bias: nil)
    if cell.gateCount == 1 {
      products = plain
      shift = weights.inputBias + weights.hiddenBias
    } else {
      products = Self.normalized(plain, cell, hidden, norms.input, weights.inputBias, norms.epsilon)
      shift = weights.hiddenBias
    }
  }

  /// A GRU's candidate is normalised separately from its gates.
  private static func normalized(
    _ x: Variable, _ cell: RecurrentCell, _ hidden: Int, _ gain: Variable, _ shift: Variable, _ epsilon: Double
  ) -> Variable {
    if cell != .gru { return x.layerNormalized(weight: gain, bias: shift, epsilon: epsilon) }
    return Variable.concatenatingChannels(
      [0..<2 * hidden, 2 * hidden..<3 * hidden].map {
        x.channels($0).layerNormalized(weight: gain.channels($0), bias: shift.channels($0), epsilon: epsilon)
      })
  }

  /// State and cell after a time step.
  func advance(_ state: Variable, _ memory: Variable, at timeStep: Int) -> (state: Variable, memory: Variable) {
    let a = products.lastTimeStep(lengths: Array(repeating: timeStep + 1, count: batch))
    let product = state.linear(weight: weights.hidden, bias: nil)
    func part(_ x: Variable, _ gate: Int) -> Variable { x.channels(gate * hidden..<(gate + 1) * hidden) }
    guard let gain = norms.hidden else {
      let sum = (a + product).layerNormalized(weight: norms.input, bias: shift, epsilon: norms.epsilon)
      return (sum.activated(by: cell == .rnnReLU ? .relu : .tanh), memory)
    }
    let u = Self.normalized(product, cell, hidden, gain, shift, norms.epsilon)
    if cell == .gru {
      let (r, z) = (part(a, 0) + part(u, 0), part(a, 1) + part(u, 1))
      let candidate = (part(a, 2) + r.activated(by: .sigmoid) * part(u, 2)).activated(by: .tanh)
      return (candidate + z.activated(by: .sigmoid) * (state - candidate), memory)
    }
    let gates = a + u
    let (input, forget) = (part(gates, 0).activated(by: .sigmoid), part(gates, 1).activated(by: .sigmoid))
    let new = forget * memory + input * part(gates, 2).activated(by: .tanh)
    guard let norm = norms.cell else { preconditionFailure("an LSTM's cell is normalised too") }
    let squashed = new.layerNormalized(weight: norm.weight, bias: norm.bias, epsilon: norms.epsilon)
    return (part(gates, 3).activated(by: .sigmoid) * squashed.activated(by: .tanh), new)
  }
}
