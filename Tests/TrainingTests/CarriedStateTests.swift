import NeuralNetworks
import Testing

@testable import Training

/// Whether what a checkpoint carries is what the model does.
@Suite struct CarriedStateTests {
  private func message(_ found: [(name: String, shape: [Int])]) throws -> String? {
    var lstm = Recurrent.Settings(.lstm, size: 5)
    lstm.layers = 2
    let layers: [LayerSpecification] = [
      .embedding(Embedding.Settings(width: 3)), .recurrent(lstm), .recurrent(Recurrent.Settings(.gru, size: 7)),
    ]
    let model = try Model(layers, inputShape: [4], vocabulary: 9)
    let expected = CarriedState.names(in: model).map { ($0.name, [6, $0.width]) }
    do {
      try CarriedState.check(found, expected: expected, of: "c.safetensors")
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func stateThatDoesNotFitIsRefused() throws {
    let whole: [(name: String, shape: [Int])] = [
      ("state.1.h_l0", [6, 5]), ("state.1.c_l0", [6, 5]), ("state.1.h_l1", [6, 5]), ("state.1.c_l1", [6, 5]),
      ("state.2.h_l0", [6, 7]),
    ]
    #expect(try message(whole) == nil)
    #expect(
      try message(Array(whole.dropLast())) == """
        c.safetensors holds no tensor for the carried state state.2.h_l0, this run has a tensor of 6×7; go on from another \
        checkpoint (--resume CHECKPOINT), or start a new run with another --run-dir
        """)
    #expect(try message(whole + [("state.3.h_l0", [6, 7])])?.contains("state.3.h_l0, this run has no tensor;") == true)
    var other = whole
    other[1].shape = [8, 5]
    #expect(try message(other)?.contains("holds a tensor of 8×5 for the carried state state.1.c_l0") == true)
    #expect(try message([])?.contains("state.1.h_l0") == true)
  }
}
