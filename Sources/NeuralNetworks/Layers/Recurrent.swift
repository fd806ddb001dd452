import Autograd
import Tensors

/// A stack of recurrent layers: input `[batch, time, channels]`, output `[batch, time, hidden]` or, of the last step
/// only, `[batch, hidden]`; twice `hidden` where it is bidirectional: forward states, then backward ones.
///
/// Parameters are named and laid out as in PyTorch: `weight_ih_l0` `[gates · hidden, inputs]`, `weight_hh_l0`
/// `[gates · hidden, hidden]`, `bias_ih_l0`, `bias_hh_l0`, with `_reverse` behind those of the backward direction. All
/// start uniform in ±1/√hidden where the specification has no initialiser. Layer normalisation inside adds gains that start
/// at one (`norm_ih_l0`, `norm_hh_l0`, `norm_c_l0`) and lets all shifts start at zero.
///
/// Where samples have lengths, a backward direction begins at a sample's last real step, and the last state is that
/// of it (PyTorch's packed sequences).
///
/// With `ForwardPass.carriedState` a pass goes on where the one before it ended; only forward directions carry.
public final class Recurrent: Layer {
  public let path: String
  public let name: String
  public let outputShape: [Int]
  public let specification: RecurrentSpecification
  public let parameters: [Parameter]
  /// One list a layer of the stack, one entry a direction.
  private let levels: [[RecurrentDirection]]
  /// One for each place between two layers of the stack.
  private let dropoutOrdinals: [UInt32]

  init(path: String, inputShape: [Int], specification: RecurrentSpecification, builder: ModelBuilder) {
    let hidden = specification.size
    let directions = specification.bidirectional ? 2 : 1
    (self.path, self.specification, name) = (path, specification, specification.name)
    outputShape = (specification.last ? [] : [inputShape[0]]) + [directions * hidden]
    levels = (0..<specification.layers).map { level in
      (0..<directions).map { direction in
        RecurrentDirection(
          path: path, level: level, isReversed: direction == 1,
          inputs: level == 0 ? inputShape[1] : directions * hidden,
          specification: specification, builder: builder)
      }
    }
    parameters = levels.flatMap { $0.flatMap(\.parameters) }
    dropoutOrdinals = (1..<max(1, specification.layers)).map { _ in builder.takeOrdinal() }
  }

  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    var x = x
    for (index, level) in levels.enumerated() {
      let isLast = index == levels.count - 1
      x = Variable.concatenatingChannels(
        level.map { direction in
          let lastOnly = isLast && specification.last
          return pass.lengths.map { run(direction, on: x, pass, lengths: $0, lastOnly: lastOnly) }
            ?? run(direction, on: x, pass, lastOnly: lastOnly)
        })
      if !isLast, specification.dropout > 0, pass.mode == .training {
        let key = DropoutKey(
          seed: pass.seed, step: pass.step, firstSample: pass.firstSample, layer: dropoutOrdinals[index])
        x = x.dropout(rate: specification.dropout, key: key)
      }
    }
    if specification.last { pass.lengths = nil }
    return x
  }

  /// Padded steps are computed and not looked at: they are behind the real ones, a backward direction's sequences
  /// being turned around.
  private func run(
    _ direction: RecurrentDirection, on x: Variable, _ pass: ForwardPass, lengths: [Int], lastOnly: Bool
  ) -> Variable {
    precondition(pass.carriedState == nil, "state is carried between sequences of one length only")
    let input = direction.isReversed ? x.reversedInTime(lengths: lengths) : x
    let states = direction.run(on: input, reversed: false, lastOnly: false).output
    if lastOnly { return states.lastPlace(lengths: lengths) }
    return direction.isReversed ? states.reversedInTime(lengths: lengths) : states
  }

  private func run(
    _ direction: RecurrentDirection, on x: Variable, _ pass: ForwardPass, lastOnly: Bool
  ) -> Variable {
    let state = direction.isReversed ? nil : pass.carriedState
    let (hidden, cell) = ("h" + direction.suffix, "c" + direction.suffix)
    let initial = state?[path, hidden].map { RecurrentStep(hidden: $0, cell: state?[path, cell]) }
    let (output, final) = direction.run(
      on: x, from: initial, reversed: direction.isReversed, lastOnly: lastOnly, returnsFinal: state != nil)
    if let state, let final {
      state[path, hidden] = final.hidden
      if let last = final.cell { state[path, cell] = last }
    }
    return output
  }
}
