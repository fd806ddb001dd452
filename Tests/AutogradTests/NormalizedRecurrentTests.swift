import Autograd
import Tensors
import TestSupport
import Testing

/// Layer normalisation inside recurrent cells.
@Suite struct NormalizedRecurrentTests {
  private static let cells: [RecurrentCell] = [.rnnTanh, .rnnReLU, .lstm, .gru]
  private static let names = zip(["rnn_tanh", "rnn_relu", "lstm", "gru"], cells).map { (name: $0, kind: $1) }
  private static let types: [(dtype: DType, tolerance: Double)] = [(.float64, goldenTolerance), (.float32, 2e-5)]
  private let pool = StoragePool()

  private func run(
    _ cell: RecurrentCell, _ inputs: [Variable], initial: RecurrentStep? = nil, reversed: Bool = false,
    lastOnly: Bool = false
  ) -> (output: Variable, final: RecurrentStep) {
    let weights = RecurrentWeights(
      input: inputs[1], hidden: inputs[2], inputBias: inputs[3], hiddenBias: inputs[4])
    let norms = RecurrentNorms(
      input: inputs[5], hidden: inputs.count > 6 ? inputs[6] : nil,
      cell: inputs.count > 7 ? (inputs[7], inputs[8]) : nil)
    return inputs[0].recurrent(
      cell, weights: weights, norms: norms, initial: initial, reversed: reversed, lastOnly: lastOnly)
  }

  /// With respect to the input, all weights, biases, gains and shifts.
  @Test(arguments: cells) func gradients(cell: RecurrentCell) {
    var random = TestRandom(seed: 37)
    let width = 5 * cell.gateCount
    var shapes = [[2, 4, 3], [width, 3], [width, 5], [width], [width], [width]]
    if cell.gateCount > 1 { shapes.append([width]) }
    if cell == .lstm { shapes += [[5], [5]] }
    let inputs = shapes.map { random.tensor($0, scale: 0.8, gap: 0.05, pool: pool) }
    let initial = RecurrentStep(hidden: random.tensor([2, 5], pool: pool), cell: random.tensor([2, 5], pool: pool))
    for (reversed, lastOnly, carried) in [(false, false, true), (true, false, true), (true, true, true)] {
      let check = GradientCheck.of(inputs, pool: pool) { _, inputs in
        run(cell, inputs, initial: carried ? initial : nil, reversed: reversed, lastOnly: lastOnly).output
      }
      #expect(check.largestError <= gradientTolerance, "\(cell), reversed \(reversed): \(check.worst)")
    }
  }

  @Test(arguments: names, types)
  func goldens(cell: (name: String, kind: RecurrentCell), type: (dtype: DType, tolerance: Double)) throws {
    for variant in ["forward/zero", "forward/carried", "reverse/zero"] {
      let reference = try golden("\(cell.name)/\(variant)", in: "normalized_recurrent")
      func tensor(_ name: String) throws -> Tensor { try reference.tensor(name, dtype: type.dtype, pool: pool) }
      var names = ["x", "input", "hidden", "input_bias", "hidden_bias", "norm_input"]
      if cell.kind.gateCount > 1 { names.append("norm_hidden") }
      if cell.kind == .lstm { names += ["norm_cell", "norm_cell_bias"] }
      let initial =
        variant.hasSuffix("carried") ? RecurrentStep(hidden: try tensor("h"), cell: try tensor("c")) : nil
      var final: RecurrentStep?
      let found = try difference(from: reference, inputs: names, dtype: type.dtype) {
        let result = run(cell.kind, $0, initial: initial, reversed: variant.hasPrefix("reverse"))
        final = result.final
        return result.output
      }
      #expect(found <= type.tolerance, "\(variant)")
      let last = try #require(final)
      #expect(relativeDifference(last.hidden, try tensor("last_h")) <= type.tolerance)
      #expect((last.cell != nil) == (cell.kind == .lstm))
      if let cells = last.cell { #expect(relativeDifference(cells, try tensor("last_c")) <= type.tolerance) }
    }
  }
}
