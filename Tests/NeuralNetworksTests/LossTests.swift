import Autograd
import NeuralNetworks
import Tensors
import TestSupport
import Testing

/// Which loss a specification becomes; the losses themselves are tested beside the operations.
@Suite struct LossTests {
  private let context = ExecutionContext()

  private func result(_ loss: Loss) -> LossResult {
    let tape = Tape(context: context, recording: false)
    let output = Tensor([2, 1, 0, 0, 3, 1], shape: [2, 3], dtype: .float64, pool: context.pool)
    return loss(tape.input(output), labels: Tensor([0, 2], shape: [2], dtype: .int32, pool: context.pool))
  }

  @Test func meansDivideByWhatTheLossSays() {
    #expect(result(Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 3)).weight == 2)
    #expect(result(Loss(.crossEntropy(labelSmoothing: 0, classWeights: .explicit([2, 1, 5])), classes: 3)).weight == 7)
    let balanced = Loss(
      .crossEntropy(labelSmoothing: 0, classWeights: .balanced), classes: 3, balancedWeights: [1, 2, 4])
    #expect(result(balanced).weight == 5)
    #expect(result(Loss(.binaryCrossEntropy, classes: 3)).weight == 6)
    #expect(result(Loss(.meanSquaredError, classes: 3)).weight == 6)
  }

  @Test func everyLossCountsByTheLargestOutput() {
    for specification in [
      LossSpecification.crossEntropy(labelSmoothing: 0.1, classWeights: .equal), .binaryCrossEntropy, .meanSquaredError,
    ] {
      #expect(result(Loss(specification, classes: 3)).correct == 1)
    }
  }

  @Test func valuesByHand() {
    #expect(result(Loss(.meanSquaredError, classes: 3)).value == 1 + 1 + 0 + 0 + 9 + 0)
  }
}
