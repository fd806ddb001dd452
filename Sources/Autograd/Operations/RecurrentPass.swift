import CKernels
import Tensors

/// One recurrent layer in one direction over one batch: the loops over time and what they share.
///
/// All tensors are laid out like the input, `[batch, time, …]`; a step works on rows that are `time` rows apart.
final class RecurrentPass {
  private let cell: RecurrentCell
  let input: Variable
  let weights: RecurrentWeights
  private let isReversed: Bool
  private let batch: Int
  private let time: Int
  let inputs: Int
  let hidden: Int
  /// Number of columns of the gates, and of elements from one of their rows to the next.
  let width: Int
  let stride: Int
  let dtype: DType
  let pool: StoragePool
  private let packer: MatrixPacker

  /// `[batch, time, stride]`; after the backward pass, the gradient of the values before the activation.
  let gates: Tensor
  /// `[batch, time, hidden]`
  let states: Tensor
  /// `[batch, time, hidden]`, LSTM only.
  let cells: Tensor?
  /// The recurrent part of the candidate state, `[batch, time, hidden]`, GRU only.
  private let candidates: Tensor?
  /// The gradient of the recurrent matrix products, laid out like the gates: `gates` itself except for GRU; made in the backward pass.
  private(set) var productGradients: Tensor
  private let initial: RecurrentStep
  private let startsAtZero: Bool

  init(
    _ cell: RecurrentCell, _ input: Variable, _ weights: RecurrentWeights, _ initial: RecurrentStep?, reversed: Bool
  ) {
    let hidden = weights.hidden.value.size(-1)
    let width = cell.gateCount * hidden
    precondition(
      input.shape.count == 3 && weights.input.shape == [width, input.shape[2]]
        && weights.hidden.shape == [width, hidden] && weights.inputBias.shape == [width]
        && weights.hiddenBias.shape == [width],
      "\(cell): input \(input.shape), weights \(weights.all.map(\.shape))")
    (self.cell, self.input, self.weights, isReversed) = (cell, input, weights, reversed)
    (batch, time, inputs) = (input.shape[0], input.shape[1], input.shape[2])
    (self.hidden, self.width, dtype, pool) = (hidden, width, input.dtype, input.tape.pool)
    packer = input.tape.context.matrixPacker
    precondition(time > 0, "\(cell) over a sequence without steps")
    let (stateShape, pool, dtype) = ([batch, time, hidden], pool, dtype)
    stride = Self.stride(of: width, dtype)
    gates = Tensor(uninitialized: [batch, time, stride], dtype: dtype, pool: pool)
    states = Tensor(uninitialized: stateShape, dtype: dtype, pool: pool)
    cells = cell == .lstm ? Tensor(uninitialized: stateShape, dtype: dtype, pool: pool) : nil
    candidates = cell == .gru ? Tensor(uninitialized: stateShape, dtype: dtype, pool: pool) : nil
    productGradients = gates
    startsAtZero = initial == nil
    if let initial {
      for state in [initial.hidden] + (initial.cell.map { [$0] } ?? []) {
        precondition(
          state.shape == [batch, hidden] && state.dtype == dtype,
          "\(cell): state \(state.dtype)\(state.shape) for \(dtype)\([batch, hidden])")
      }
      precondition(cell != .lstm || initial.cell != nil, "an LSTM starts from a hidden state and a cell state")
      self.initial = initial
    } else {
      let zero = Tensor(zeros: [batch, hidden], dtype: dtype, pool: pool)
      self.initial = RecurrentStep(hidden: zero, cell: zero)
    }
  }

  /// Number of samples times time steps.
  var steps: Int { batch * time }

  /// Rows that are whole pages apart map to the same few cache sets, and a matrix product over all steps then takes a tenth
  /// longer.
  private static func stride(of width: Int, _ dtype: DType) -> Int {
    let page = 4096 / dtype.size
    return width % page == 0 ? width + page / 16 : width
  }

  /// The time step that is computed as number `step`: the last comes first if the pass is reversed.
  private func timeStep(_ step: Int) -> Int { isReversed ? time - 1 - step : step }

  /// Rows of `tensor` `[batch, time, columns]` at a time step.
  private func rows(of tensor: Tensor, _ columns: Int, at timeStep: Int) -> MatrixView {
    MatrixView(tensor.pointer + timeStep * columns * dtype.size, stride: time * columns)
  }

  /// The states, or the cells, before step `step`.
  private func previous(_ step: Int, of states: Tensor, _ initial: Tensor) -> MatrixView {
    step == 0 ? MatrixView(initial) : rows(of: states, hidden, at: timeStep(step - 1))
  }

  private func kernelStep(_ step: Int) -> ck_step {
    ck_step(
      cell: cell.kernel, rows: batch, hidden: hidden, gate_stride: time * stride, state_stride: time * hidden,
      previous_stride: step == 0 ? hidden : time * hidden)
  }

  func runForward() {
    writeInputMatrixProducts()
    let product = Tensor(zeros: [batch, width], dtype: dtype, pool: pool)
    let recurrence = packer.pack(weights.hidden.value, transposed: true, rows: batch, steps: time)
    for step in 0..<time {
      let timeStep = timeStep(step)
      let gate = rows(of: gates, stride, at: timeStep)
      let before = previous(step, of: states, initial.hidden)
      if step > 0 || !startsAtZero { recurrence.multiply(before, into: product) }
      var description = kernelStep(step)
      ck_recurrent_forward(
        dtype.kernelType, &description, weights.inputBias.value.pointer, weights.hiddenBias.value.pointer,
        gate.pointer, product.pointer, before.pointer,
        cells.flatMap { cells in initial.cell.map { previous(step, of: cells, $0).pointer } },
        rows(of: states, hidden, at: timeStep).pointer, cells.map { rows(of: $0, hidden, at: timeStep).pointer },
        candidates.map { rows(of: $0, hidden, at: timeStep).pointer })
    }
  }

  /// The states at the last step, `[batch, hidden]`.
  func finalState(of states: Tensor) -> Tensor {
    let last = rows(of: states, hidden, at: timeStep(time - 1))
    let result = Tensor(uninitialized: [batch, hidden], dtype: dtype, pool: pool)
    ck_copy_rows(dtype.kernelType, batch, hidden, last.pointer, last.stride, result.pointer, hidden, false)
    return result
  }

  /// Replaces the gates by their gradient, given that of all states or of the last one only.
  func runBackward(_ gradient: Tensor, isOfLastOnly: Bool) {
    let carried = Tensor(uninitialized: [batch, hidden], dtype: dtype, pool: pool)
    if isOfLastOnly { carried.copy(from: gradient) } else { carried.fillWithZeros() }
    let carriedCell = cell == .lstm ? Tensor(zeros: [batch, hidden], dtype: dtype, pool: pool) : nil
    let product = Tensor(uninitialized: [batch, width], dtype: dtype, pool: pool)
    if cell == .gru { productGradients = Tensor(uninitialized: gates.shape, dtype: dtype, pool: pool) }
    let recurrence = packer.pack(weights.hidden.value, transposed: false, rows: batch, steps: time)
    for step in (0..<time).reversed() {
      let timeStep = timeStep(step)
      var description = kernelStep(step)
      ck_recurrent_backward(
        dtype.kernelType, &description, isOfLastOnly ? nil : rows(of: gradient, hidden, at: timeStep).pointer,
        rows(of: gates, stride, at: timeStep).pointer, previous(step, of: states, initial.hidden).pointer,
        cells.flatMap { cells in initial.cell.map { previous(step, of: cells, $0).pointer } },
        rows(of: states, hidden, at: timeStep).pointer, cells.map { rows(of: $0, hidden, at: timeStep).pointer },
        candidates.map { rows(of: $0, hidden, at: timeStep).pointer }, carried.pointer, carriedCell?.pointer,
        product.pointer)
      if cell == .gru {
        let kept = rows(of: productGradients, stride, at: timeStep)
        ck_copy_rows(dtype.kernelType, batch, width, product.pointer, width, kept.pointer, kept.stride, false)
      }
      if step > 0 { recurrence.multiply(MatrixView(product), into: carried, adding: cell == .gru) }
    }
  }

  /// The state before each step, `[batch, time, hidden]`.
  func previousStates() -> Tensor {
    let result = Tensor(uninitialized: states.shape, dtype: dtype, pool: pool)
    let row = hidden * dtype.size
    let (first, others, shifted) = isReversed ? (time - 1, 0, 1) : (0, 1, 0)
    for sample in 0..<batch {
      let to = result.pointer + sample * time * row
      let from = states.pointer + sample * time * row
      (to + first * row).copyMemory(from: initial.hidden.pointer + sample * row, byteCount: row)
      (to + others * row).copyMemory(from: from + shifted * row, byteCount: (time - 1) * row)
    }
    return result
  }
}
