import Foundation
import NeuralNetworks
import Testing

@testable import Inference

/// Probabilities of classes from a model's outputs.
struct ClassificationResultTests {
  @Test("softmax for cross-entropy, whatever the size of the scores")
  func softmax() {
    let loss = LossSpecification.crossEntropy().outputs
    let shares = loss.probabilities(of: [1000, 1000 + log(3), 0])
    #expect(abs(shares[0] - 0.25) < 1e-12 && abs(shares[1] - 0.75) < 1e-12 && shares[2] == 0)
  }

  @Test("a sigmoid each for binary cross-entropy; outputs trained on squares stand as they are")
  func others() {
    let shares = LossSpecification.binaryCrossEntropy.outputs.probabilities(of: [0, log(3), -800])
    #expect(shares[0] == 0.5 && abs(shares[1] - 0.75) < 1e-12 && shares[2] == 0)
    #expect(LossSpecification.meanSquaredError.outputs.probabilities(of: [-0.25, 1.5]) == [-0.25, 1.5])
  }

  @Test("the likeliest first, equal ones in the order of the outputs")
  func order() {
    let result = Classification(
      input: "x", probabilities: [0.25, 0.125, 0.5, 0.125], classNames: ["a", "b", "c", "d"], cut: nil)
    #expect(result.candidates.map(\.className) == ["c", "a", "b", "d"])
    #expect(result.candidates.map(\.probability) == [0.5, 0.25, 0.125, 0.125])
  }
}
