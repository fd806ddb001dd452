import Autograd
import Foundation
import NeuralNetworks
import Tensors
import TestSupport
import Testing

@Suite struct RecurrentTests {
  private let context = ExecutionContext()
  private static let embedding = LayerSpecification.embedding(Embedding.Settings(vocabulary: 11, width: 3))

  private static let cells: [RecurrentCell] = [.rnnTanh, .rnnReLU, .lstm, .gru]

  private func recurrent(
    _ cell: RecurrentCell, layers: Int = 1, bidirectional: Bool = false, dropout: Double = 0, last: Bool = false,
    layerNorm: Bool = false
  ) -> LayerSpecification {
    var specification = Recurrent.Settings(cell, size: 7)
    (specification.layers, specification.bidirectional) = (layers, bidirectional)
    (specification.dropout, specification.last, specification.layerNorm) = (dropout, last, layerNorm)
    return .recurrent(specification)
  }

  private func model(_ layer: LayerSpecification, time: Int = 5) throws -> Model {
    let model = try Model(
      [Self.embedding, layer, linear(5)], inputShape: [time], dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    return model
  }

  /// Whole networks of PyTorch's: names, layouts, values and all gradients.
  @Test(arguments: ["rnn", "lstm", "gru", "last", "last/bidirectional"]) func goldens(name: String) throws {
    let layer =
      switch name {
      case "rnn": recurrent(.rnnTanh, layers: 2)
      case "lstm": recurrent(.lstm, layers: 3)
      case "gru": recurrent(.gru, layers: 2, bidirectional: true)
      case "last": recurrent(.lstm, last: true)
      default: recurrent(.gru, layers: 2, bidirectional: true, last: true)
      }
    let reference = try golden(name, in: "recurrent")
    let model = try model(layer)
    let store = model.store
    let theirs = reference.tensors.keys.filter { $0.hasPrefix("value:") }.map { String($0.dropFirst(6)) }
    #expect(Set(store.parameters.map(\.path)) == Set(theirs))
    for parameter in store.parameters {
      parameter.value.copy(from: try reference.tensor("value:" + parameter.path, pool: context.pool))
    }
    let gradients = Tensor(zeros: [store.flatCount], dtype: .float64, pool: context.pool)
    let tape = Tape(context: context, parameterGradients: gradients)
    let x = tape.input(try reference.tensor("x", pool: context.pool))
    let output = model(x, ForwardPass(tape: tape, mode: .training))
    #expect(relativeDifference(output.value, try reference.tensor("y", pool: context.pool)) <= 1e-9)
    tape.backward(from: output, gradient: try reference.tensor("gradient_y", pool: context.pool))
    for parameter in store.parameters {
      let expected = try reference.tensor("gradient:" + parameter.path, pool: context.pool)
      #expect(relativeDifference(parameter.view(of: gradients), expected) <= 1e-9, "\(parameter.path)")
    }
  }

  /// Stacked, bidirectional and with dropout between, against differences.
  @Test func gradients() throws {
    let model = try Model(
      [
        Self.embedding, recurrent(.gru, layers: 2, bidirectional: true, dropout: 0.3),
        recurrent(.lstm, layers: 2, dropout: 0.5, last: true), linear(3),
      ], inputShape: [4], dtype: .float64, pool: context.pool)
    randomizeParameters(of: model)
    let x = randomTokens([3, 4], pool: context.pool)
    let labels = Tensor([2, 0, 1], shape: [3], dtype: .int32, pool: context.pool)
    let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 3)
    expectParameterGradients(of: model, x, labels: labels, loss: loss, context: context)
  }

  private func run(_ model: Model, _ x: Tensor, _ state: RecurrentState?) -> Tensor {
    let tape = Tape(context: context, recording: false)
    return model(tape.input(x), ForwardPass(tape: tape, mode: .evaluation, carriedState: state)).value
  }

  /// A sequence in pieces, each going on where the one before it ended, is the whole sequence; a piece may be one step. A
  /// negative length normalises inside.
  @Test(arguments: cells.indices, [3, 2, 1, -2]) func stateIsCarried(cell index: Int, length: Int) throws {
    let (cell, layerNorm, length) = (Self.cells[index], length < 0, abs(length))
    let whole = try model(recurrent(cell, layers: 2, layerNorm: layerNorm), time: 6)
    let x = randomTokens([2, 6], pool: context.pool)
    let expected = run(whole, x, nil).values
    let state = RecurrentState()
    let part = try model(recurrent(cell, layers: 2, layerNorm: layerNorm), time: length)
    for start in stride(from: 0, to: 6, by: length) {
      let values = (0..<2).flatMap { sample in (0..<length).map { x[sample * 6 + start + $0] } }
      let output = run(part, Tensor(values, shape: [2, length], dtype: .float64, pool: context.pool), state)
      for sample in 0..<2 {
        for index in 0..<length * 5 {
          let difference = output[sample * length * 5 + index] - expected[(sample * 6 + start) * 5 + index]
          #expect(abs(difference) <= 1e-12)
        }
      }
    }
    let names = cell == .lstm ? ["h_l0", "c_l0", "h_l1", "c_l1"] : ["h_l0", "h_l1"]
    #expect(state.entries.map(\.name) == names)
    #expect(state.entries.allSatisfy { $0.path == "1" && $0.value.shape == [2, 7] })
  }

  /// Backward directions carry no state.
  @Test func backwardDirectionsDoNotCarry() throws {
    let state = RecurrentState()
    _ = run(try model(recurrent(.gru, bidirectional: true)), randomTokens([2, 5], pool: context.pool), state)
    #expect(state.entries.map(\.name) == ["h_l0"])
  }

  @Test func normalizationInside() throws {
    func names(_ cell: RecurrentCell) throws -> [String] {
      try model(recurrent(cell, bidirectional: cell == .gru, layerNorm: true)).store.parameters.map(\.path)
        .filter { $0.hasPrefix("1.norm") }
    }
    #expect(try names(.rnnTanh) == ["1.norm_ih_l0"])
    #expect(
      try names(.gru) == ["1.norm_ih_l0", "1.norm_hh_l0", "1.norm_ih_l0_reverse", "1.norm_hh_l0_reverse"])
    #expect(try names(.lstm) == ["1.norm_ih_l0", "1.norm_hh_l0", "1.norm_c_l0", "1.norm_c_bias_l0"])
    let built = try model(recurrent(.lstm, layerNorm: true))
    built.initialize(seed: 4)
    for parameter in built.store.parameters where parameter.path.contains("norm_") || parameter.path.contains("bias_") {
      let expected = parameter.path.hasSuffix("norm_c_bias_l0") || parameter.path.contains("bias_") ? 0.0 : 1
      if parameter.path.hasPrefix("1.") { #expect(parameter.value.values.allSatisfy { $0 == expected }) }
    }
  }

  @Test func initialValues() throws {
    let model = try model(recurrent(.gru))
    model.initialize(seed: 4)
    for parameter in model.store.parameters where parameter.path.hasPrefix("1.") {
      let values = parameter.value.values
      #expect(values.allSatisfy { abs($0) <= 1 / 7.0.squareRoot() }, "\(parameter.path)")
      #expect(values.contains { abs($0) > 0.7 / 7.0.squareRoot() }, "\(parameter.path)")
    }
  }
}
