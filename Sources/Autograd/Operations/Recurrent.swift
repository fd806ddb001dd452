import CKernels
import Tensors

extension Variable {
  /// A recurrent layer in one direction: `[batch, time, inputs]` to the states `[batch, time, hidden]`, or to the
  /// last one, `[batch, hidden]`.
  ///
  /// One operation of the tape: one matrix product for the inputs of all steps, one and a pass over the gates for each step,
  /// and one for the gradient of each weight (back-propagation through time; Werbos, 1990).
  ///
  /// - Parameters:
  ///   - cell: Kind of cell.
  ///   - weights: Weights and biases of the cell.
  ///   - initial: The state before the first step, nil means zeros. A constant: no gradient flows through it, which
  ///     truncates back-propagation.
  ///   - reversed: Whether time runs backwards; the last state is then that of the first time step.
  ///   - lastOnly: Whether the output is that of the last time step alone.
  ///   - returnsFinal: Whether to return a copy of the last state.
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
