import Autograd
import Tensors
import TestSupport
import Testing

/// A recurrent layer behind an embedding multiplies the table's rows, not the steps', where those are fewer.
@Suite struct RecurrentLookupTests {
  private let pool = StoragePool()

  private func weights(_ inputs: [Variable]) -> RecurrentWeights {
    RecurrentWeights(input: inputs[1], hidden: inputs[2], inputBias: inputs[3], hiddenBias: inputs[4])
  }

  /// The table `[5, 3]`, and weights for a state of `hidden`.
  private func parameters(_ cell: RecurrentCell, hidden: Int, dtype: DType = .float64) -> [Tensor] {
    var random = TestRandom(seed: 31)
    let width = cell.gateCount * hidden
    return [[5, 3], [width, 3], [width, hidden], [width], [width]].map {
      Tensor(random.tensor($0, scale: 0.6, gap: 0.05, pool: pool).values, shape: $0, dtype: dtype, pool: pool)
    }
  }

  /// Two samples of eight steps: more than twice the rows of the table.
  private func tokens(_ dtype: DType = .float64) -> Tensor {
    Tensor([0, 3, 3, 1, 4, 0, 3, 1, 4, 4, 1, 0, 0, 3, 4, 1], shape: [2, 8], dtype: dtype, pool: pool)
  }

  @Test(arguments: [RecurrentCell.rnnTanh, .rnnReLU, .lstm, .gru]) func gradients(cell: RecurrentCell) {
    for reversed in [false, true] {
      let check = GradientCheck.of(parameters(cell, hidden: 4), pool: pool) { tape, inputs in
        tape.input(tokens()).embedding(weight: inputs[0])
          .recurrent(cell, weights: weights(inputs), reversed: reversed).output
      }
      #expect(check.largestError <= gradientTolerance, "\(cell), reversed \(reversed): \(check.worst)")
    }
  }

  /// The table's second use adds to what the layer gives it.
  @Test func theTableMayBeUsedElsewhere() {
    let check = GradientCheck.of(parameters(.gru, hidden: 3), pool: pool) { tape, inputs in
      let rows = tape.input(tokens()).embedding(weight: inputs[0])
      return rows.recurrent(.gru, weights: weights(inputs)).output * rows
    }
    #expect(check.largestError <= gradientTolerance, "\(check.worst)")
  }

  /// Output and gradients of the same layer on the rows themselves. 128 and 256: the gates' rows are moved apart.
  @Test(arguments: [(RecurrentCell.rnnTanh, 6), (.lstm, 128), (.lstm, 256), (.gru, 10)], [DType.float32, .float64])
  func isTheSameAsOnRows(layer: (cell: RecurrentCell, hidden: Int), dtype: DType) throws {
    let (cell, hidden) = layer
    let values = parameters(cell, hidden: hidden, dtype: dtype)
    func run(lookingUp: Bool) -> [Tensor] {
      let tape = Tape(context: ExecutionContext(pool: pool))
      let inputs = values.map { tape.input($0, requiresGradient: true) }
      let rows = tape.input(tokens(dtype)).embedding(weight: inputs[0])
      let x = lookingUp ? rows : rows.reshaped([2, 8, 3])
      let output = x.recurrent(cell, weights: weights(inputs)).output
      var random = TestRandom(seed: 7)
      let gradient = random.tensor(output.shape, pool: pool)
      tape.backward(from: output, gradient: Tensor(gradient.values, shape: output.shape, dtype: dtype, pool: pool))
      return [output.value] + inputs.compactMap(\.gradient)
    }
    let (found, expected) = (run(lookingUp: true), run(lookingUp: false))
    #expect(found.count == 6 && expected.count == 6)
    for (index, (a, b)) in zip(found, expected).enumerated() {
      #expect(relativeDifference(a, b) <= (dtype == .float32 ? 1e-5 : 1e-13), "\(index)")
    }
  }
}
