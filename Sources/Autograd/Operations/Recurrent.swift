import CKernels
import Tensors

extension Variable {
  /// A recurrent layer in one direction: `[batch, time, inputs]` to the states `[batch, time, hidden]`, or to the last
  /// one, `[batch, hidden]`.
  ///
  /// One node of the tape: the input's matrix products of all steps are one, a step is one matrix product and one pass over
  /// the gates, and the weights' gradients are one matrix product each (back-propagation through time; Werbos, 1990).
  ///
  /// - Parameters:
  ///   - initial: The state before the first step, zero where it is nil. A constant: no gradient goes through it, which is
  ///     what truncates back-propagation.
  ///   - reversed: Whether time runs backwards; the last state is then that of the first step.
  ///   - returnsFinal: Whether a copy of the last state is wanted.
  public func recurrent(
    _ cell: RecurrentCell, weights: RecurrentWeights, initial: RecurrentStep? = nil, reversed: Bool = false,
    lastOnly: Bool = false, returnsFinal: Bool = false
  ) -> (output: Variable, final: RecurrentStep?) {
    let pass = RecurrentPass(cell, self, weights, initial, reversed: reversed)
    pass.runForward()
    let output = lastOnly ? pass.finalState(of: pass.states) : pass.states
    let final =
      returnsFinal
      ? RecurrentStep(hidden: pass.finalState(of: pass.states), cell: pass.cells.map(pass.finalState)) : nil
    let variable = tape.record(output, inputs: [self] + weights.all) { gradient in
      pass.runBackward(gradient, isOfLastOnly: lastOnly)
      pass.accumulateGradients()
    }
    return (variable, final)
  }
}
