import Tensors
import Testing

@testable import Autograd

/// Parameters that keep their values: where they lie, and what the tape leaves out for them.
@Suite struct FrozenParameterTests {
  private let context = ExecutionContext()

  /// Square weights of four linear layers, of which the first and the third are frozen.
  private func store() -> ParameterStore {
    let store = ParameterStore(dtype: .float64)
    for index in 0..<4 {
      let parameter = store.declareParameter(
        "\(index).weight", shape: [5, 5], role: .weight, isFrozen: index % 2 == 0)
      #expect(parameter.index == index)
    }
    store.allocate(pool: context.pool)
    for (index, parameter) in store.parameters.enumerated() {
      for element in 0..<25 { parameter.value[element] = Double((element * 7 + index) % 11) / 11 - 0.4 }
    }
    return store
  }

  @Test("trained parameters lie one behind the other, frozen ones apart")
  func layout() {
    let store = store()
    #expect(store.parameterCount == 100 && store.frozenCount == 50)
    #expect(store.trainable.map(\.path) == ["1.weight", "3.weight"])
    #expect(store.parameters.map(\.offset) == [0, 0, 32, 32])
    #expect(store.values.count == 64 && store.frozenValues.count == 64)
    let trained = store.trainable.flatMap(\.value.values)
    #expect(Array(store.values.values[0..<25] + store.values.values[32..<57]) == trained)
  }

  @Test("nothing is recorded below the lowest parameter that is trained, and frozen ones get no gradient")
  func recording() {
    let store = store()
    let gradients = Tensor(zeros: [store.flatCount], dtype: .float64, pool: context.pool)
    let tape = Tape(context: context, parameterGradients: gradients)
    var x = tape.input(Tensor((0..<15).map { Double($0) / 9 }, shape: [3, 5], dtype: .float64, pool: context.pool))
    let counts = store.parameters.map { parameter in
      x = x.linear(weight: tape.parameter(parameter), bias: nil)
      return tape.recordedCount
    }
    #expect(counts == [0, 1, 2, 3])
    tape.backward(
      from: x, gradient: Tensor((0..<15).map { _ in 1 }, shape: [3, 5], dtype: .float64, pool: context.pool))
    for parameter in store.parameters {
      #expect((tape.parameter(parameter).gradient == nil) == parameter.isFrozen, "\(parameter.path)")
      if !parameter.isFrozen { #expect(parameter.view(of: gradients).values.contains { $0 != 0 }, "\(parameter.path)") }
    }
  }

  @Test("gradients are final from the first element of each trained parameter on, in spite of frozen ones between")
  func finality() {
    let store = store()
    let gradients = Tensor(zeros: [store.flatCount], dtype: .float64, pool: context.pool)
    let tape = Tape(context: context, parameterGradients: gradients)
    var x = tape.input(Tensor((0..<15).map { Double($0) / 9 }, shape: [3, 5], dtype: .float64, pool: context.pool))
    for parameter in store.parameters { x = x.linear(weight: tape.parameter(parameter), bias: nil) }
    let one = Tensor([Double](repeating: 1, count: 15), shape: [1, 15], dtype: .float64, pool: context.pool)
    let sum = x.reshaped([1, 15]).linear(weight: tape.input(one), bias: nil)
    var starts: [Int] = []
    tape.backward(from: sum, of: store.trainable) { starts.append($0) }
    #expect(starts.last == 0 && starts.contains(32) && starts == starts.sorted(by: >), "\(starts)")
  }
}
