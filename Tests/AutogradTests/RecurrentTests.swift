import Autograd
import Tensors
import TestSupport
import Testing

@Suite struct RecurrentTests {
  private static let cells: [RecurrentCell] = [.rnnTanh, .rnnReLU, .lstm, .gru]
  private let pool = StoragePool()

  private func weights(_ inputs: [Variable]) -> RecurrentWeights {
    RecurrentWeights(input: inputs[1], hidden: inputs[2], inputBias: inputs[3], hiddenBias: inputs[4])
  }

  private func start(_ reference: Golden, dtype: DType) throws -> RecurrentStep {
    RecurrentStep(
      hidden: try reference.tensor("h", dtype: dtype, pool: pool),
      cell: try reference.tensor("c", dtype: dtype, pool: pool))
  }

  /// With respect to the input, all weights and both biases. One sample takes another way through the matrix products.
  @Test(arguments: cells, [1, 3]) func gradients(cell: RecurrentCell, batch: Int) {
    var random = TestRandom(seed: 23)
    let width = 7 * cell.gateCount
    let shapes = [[batch, 5, 4], [width, 4], [width, 7], [width], [width]]
    let inputs = shapes.map { random.tensor($0, scale: 0.6, gap: 0.05, pool: pool) }
    let initial = RecurrentStep(
      hidden: random.tensor([batch, 7], pool: pool), cell: random.tensor([batch, 7], pool: pool))
    for (reversed, lastOnly, carried) in [
      (false, false, false), (false, true, true), (true, false, true), (true, true, false),
    ] {
      let check = GradientCheck.of(inputs, pool: pool) { _, inputs in
        inputs[0].recurrent(
          cell, weights: weights(inputs), initial: carried ? initial : nil, reversed: reversed, lastOnly: lastOnly
        ).output
      }
      #expect(check.largestError <= gradientTolerance, "\(cell), reversed \(reversed): \(check.worst)")
    }
  }

  /// Weights that several layers share: gradients are added to what is there.
  @Test(arguments: cells) func sharedWeights(cell: RecurrentCell) {
    var random = TestRandom(seed: 29)
    let width = 4 * cell.gateCount
    let shapes = [[2, 3, 4], [width, 4], [width, 4], [width], [width]]
    let inputs = shapes.map { random.tensor($0, scale: 0.6, gap: 0.05, pool: pool) }
    let check = GradientCheck.of(inputs, pool: pool) { _, inputs in
      let first = inputs[0].recurrent(cell, weights: weights(inputs)).output
      return first.recurrent(cell, weights: weights(inputs), reversed: true).output + first * inputs[0]
    }
    #expect(check.largestError <= gradientTolerance, "\(check.worst)")
  }

  private static let names = zip(["rnn_tanh", "rnn_relu", "lstm", "gru"], cells).map { (name: $0, kind: $1) }
  private static let types: [(dtype: DType, tolerance: Double)] = [(.float64, goldenTolerance), (.float32, 3e-6)]

  @Test(arguments: names, types)
  func goldens(cell: (name: String, kind: RecurrentCell), type: (dtype: DType, tolerance: Double)) throws {
    for reversed in [false, true] {
      for carried in [false, true] {
        let name = "\(cell.name)/\(reversed ? "reverse" : "forward")/\(carried ? "carried" : "zero")"
        let reference = try golden(name, in: "recurrent")
        let initial = carried ? try start(reference, dtype: type.dtype) : nil
        var final: RecurrentStep?
        let found = try difference(
          from: reference, inputs: ["x", "input", "hidden", "input_bias", "hidden_bias"], dtype: type.dtype
        ) {
          let result = $0[0].recurrent(
            cell.kind, weights: weights($0), initial: initial, reversed: reversed, returnsFinal: true)
          final = result.final
          return result.output
        }
        #expect(found <= type.tolerance, "\(name)")
        let last = try #require(final)
        let h = try reference.tensor("last_h", dtype: type.dtype, pool: pool)
        let c = try reference.tensor("last_c", dtype: type.dtype, pool: pool)
        #expect(relativeDifference(last.hidden, h) <= type.tolerance, "\(name)")
        #expect((last.cell != nil) == (cell.kind == .lstm))
        if let cells = last.cell { #expect(relativeDifference(cells, c) <= type.tolerance, "\(name)") }
      }
    }
  }
}
