import Autograd
import Tensors

/// A stack of recurrent layers: input `[batch, time, channels]`, output `[batch, time, hidden]` or, of the last step
/// only, `[batch, hidden]`; twice `hidden` where it is bidirectional: forward states, then backward ones.
///
/// Parameters are named and laid out as in PyTorch: `weight_ih_l0` `[gates · hidden, inputs]`, `weight_hh_l0`
/// `[gates · hidden, hidden]`, `bias_ih_l0`, `bias_hh_l0`, with `_reverse` behind those of the backward direction. All
/// start uniform in ±1/√hidden where the specification has no initialiser.
///
/// With `ForwardPass.carriedState` a pass goes on where the one before it ended; only forward directions carry.
public final class Recurrent: Layer {
  public let path: String
  public let name: String
  public let outputShape: [Int]
  public let specification: RecurrentSpecification
  public let parameters: [Parameter]
  /// One list a layer of the stack, one entry a direction.
  private let levels: [[Direction]]
  /// One for each place between two layers of the stack.
  private let dropoutOrdinals: [UInt32]

  private struct Direction {
    /// What stands behind `weight_ih`: `_l0_reverse`.
    let suffix: String
    let isReversed: Bool
    let input: Parameter
    let hidden: Parameter
    let inputBias: Parameter
    let hiddenBias: Parameter
  }

  init(path: String, inputShape: [Int], specification: RecurrentSpecification, builder: ModelBuilder) {
    let hidden = specification.size
    let rows = specification.cell.gateCount * hidden
    let directions = specification.bidirectional ? 2 : 1
    (self.path, self.specification, name) = (path, specification, specification.name)
    outputShape = (specification.last ? [] : [inputShape[0]]) + [directions * hidden]
    var declared: [Parameter] = []
    func parameter(_ name: String, _ shape: [Int], _ role: ParameterRole) -> Parameter {
      var initial = InitialValue.uniform(bound: 1 / Double(hidden).squareRoot())
      if let initializer = specification.initializer {
        initial = role == .bias ? .constant(0) : .drawn(initializer, fanIn: shape[1], fanOut: shape[0])
      }
      let parameter = builder.parameter("\(path).\(name)", shape: shape, role: role, initially: initial)
      declared.append(parameter)
      return parameter
    }
    levels = (0..<specification.layers).map { level in
      let inputs = level == 0 ? inputShape[1] : directions * hidden
      return (0..<directions).map { direction in
        let suffix = "_l\(level)" + (direction == 1 ? "_reverse" : "")
        return Direction(
          suffix: suffix, isReversed: direction == 1, input: parameter("weight_ih" + suffix, [rows, inputs], .weight),
          hidden: parameter("weight_hh" + suffix, [rows, hidden], .weight),
          inputBias: parameter("bias_ih" + suffix, [rows], .bias),
          hiddenBias: parameter("bias_hh" + suffix, [rows], .bias))
      }
    }
    parameters = declared
    dropoutOrdinals = (1..<max(1, specification.layers)).map { _ in builder.takeOrdinal() }
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    var x = x
    for (index, level) in levels.enumerated() {
      let isLast = index == levels.count - 1
      x = Variable.concatenatingChannels(
        level.map { run($0, on: x, pass, lastOnly: isLast && specification.last) })
      if !isLast, specification.dropout > 0, pass.mode == .training {
        let key = DropoutKey(
          seed: pass.seed, step: pass.step, firstSample: pass.firstSample, layer: dropoutOrdinals[index])
        x = x.dropout(rate: specification.dropout, key: key)
      }
    }
    return x
  }

  private func run(_ direction: Direction, on x: Variable, _ pass: ForwardPass, lastOnly: Bool) -> Variable {
    let weights = RecurrentWeights(
      input: pass.tape.parameter(direction.input), hidden: pass.tape.parameter(direction.hidden),
      inputBias: pass.tape.parameter(direction.inputBias), hiddenBias: pass.tape.parameter(direction.hiddenBias))
    let state = direction.isReversed ? nil : pass.carriedState
    let (hidden, cell) = ("h" + direction.suffix, "c" + direction.suffix)
    let initial = state?[path, hidden].map { RecurrentStep(hidden: $0, cell: state?[path, cell]) }
    let (output, final) = x.recurrent(
      specification.cell, weights: weights, initial: initial, reversed: direction.isReversed, lastOnly: lastOnly,
      returnsFinal: state != nil)
    if let state, let final {
      state[path, hidden] = final.hidden
      if let last = final.cell { state[path, cell] = last }
    }
    return output
  }
}
