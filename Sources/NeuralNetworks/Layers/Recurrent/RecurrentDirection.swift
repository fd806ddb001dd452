import Autograd
import Tensors

/// One layer of a stack in one direction: its parameters and its computation.
struct RecurrentDirection {
  /// Suffix of `weight_ih`: `_l0_reverse`.
  let suffix: String
  let isReversed: Bool
  private let cell: RecurrentCell
  private let input: Parameter
  private let hidden: Parameter
  private let inputBias: Parameter
  private let hiddenBias: Parameter
  private let norms: Norms?

  /// Gains of layer normalisation inside the cell, and the shift of an LSTM's cell.
  private struct Norms {
    let input: Parameter
    let hidden: Parameter?
    let cell: (weight: Parameter, bias: Parameter)?
  }

  let parameters: [Parameter]

  /// - Parameter path: Path of the stack.
  init(
    path: String, level: Int, isReversed: Bool, inputs: Int, settings: Recurrent.Settings,
    builder: ModelBuilder
  ) {
    let (cell, hidden) = (settings.cell, settings.size)
    let rows = cell.gateCount * hidden
    let suffix = "_l\(level)" + (isReversed ? "_reverse" : "")
    (self.suffix, self.isReversed, self.cell) = (suffix, isReversed, cell)
    let uniform = InitialValue.uniform(bound: 1 / Double(hidden).squareRoot())
    var declared: [Parameter] = []
    func parameter(
      _ name: String, _ shape: [Int], _ role: ParameterRole, _ value: InitialValue
    ) -> Parameter {
      let parameter = builder.parameter("\(path).\(name)\(suffix)", shape: shape, role: role, initially: value)
      declared.append(parameter)
      return parameter
    }
    func weight(_ name: String, _ columns: Int) -> Parameter {
      let drawn = settings.initializer.map { InitialValue.drawn($0, fanIn: columns, fanOut: rows) }
      return parameter(name, [rows, columns], .weight, drawn ?? uniform)
    }
    // With layer normalisation, biases are its shifts.
    let startsAtZero = settings.layerNorm || settings.initializer != nil
    let shift = startsAtZero ? InitialValue.constant(0) : uniform
    input = weight("weight_ih", inputs)
    self.hidden = weight("weight_hh", hidden)
    inputBias = parameter("bias_ih", [rows], .bias, shift)
    hiddenBias = parameter("bias_hh", [rows], .bias, shift)
    func gain(_ name: String, _ count: Int) -> Parameter {
      parameter(name, [count], .normalization, .constant(1))
    }
    if settings.layerNorm {
      norms = Norms(
        input: gain("norm_ih", rows), hidden: cell.gateCount > 1 ? gain("norm_hh", rows) : nil,
        cell: cell == .lstm
          ? (gain("norm_c", hidden), parameter("norm_c_bias", [hidden], .normalization, .constant(0))) : nil)
    } else {
      norms = nil
    }
    parameters = declared
  }

  /// All states of `x` `[batch, time, inputs]`, or the last one.
  func run(
    on x: Variable, from initial: RecurrentStep? = nil, reversed: Bool, lastOnly: Bool, returnsFinal: Bool = false
  ) -> (output: Variable, final: RecurrentStep?) {
    let tape = x.tape
    let weights = RecurrentWeights(
      input: tape.parameter(input), hidden: tape.parameter(hidden), inputBias: tape.parameter(inputBias),
      hiddenBias: tape.parameter(hiddenBias))
    guard let norms else {
      return x.recurrent(
        cell, weights: weights, initial: initial, reversed: reversed, lastOnly: lastOnly, returnsFinal: returnsFinal)
    }
    let variables = RecurrentNorms(
      input: tape.parameter(norms.input), hidden: norms.hidden.map(tape.parameter),
      cell: norms.cell.map { (tape.parameter($0.weight), tape.parameter($0.bias)) })
    let (output, final) = x.recurrent(
      cell, weights: weights, norms: variables, initial: initial, reversed: reversed, lastOnly: lastOnly)
    return (output, final)
  }
}
