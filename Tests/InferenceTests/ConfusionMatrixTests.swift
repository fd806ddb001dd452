import Collectives
import DataPipeline
import Foundation
import Testing

@testable import Inference

/// Counts of true and predicted classes: right for few classes, small for many.
struct ConfusionMatrixTests {
  private func matrix(_ classes: Int, _ samples: [(Int, Int)]) -> ConfusionMatrix {
    ConfusionMatrix(classes: classes, pairs: samples.map { ConfusionMatrix.pair(actual: $0.0, predicted: $0.1) })
  }

  @Test func countsEachPair() {
    let samples = [(2, 0), (0, 0), (2, 2), (0, 1), (2, 0), (0, 0), (2, 0)]
    let matrix = matrix(4, samples)
    #expect(matrix == self.matrix(4, samples.reversed()))
    #expect(matrix.rows == [[2, 1, 0, 0], [0, 0, 0, 0], [3, 0, 1, 0], [0, 0, 0, 0]])
    #expect(matrix.totals == [3, 0, 4, 0] && matrix.recognized == [2, 0, 1, 0])
    #expect(matrix.perClassAccuracy == [2.0 / 3, nil, 0.25, nil])
    let worst = matrix.worst(5).map { [$0.actual, $0.predicted, $0.count] }
    #expect(worst == [[2, 0, 3], [0, 1, 1]] && matrix.worst(1).count == 1)
  }

  @Test("a million classes take memory for each sample and each class only")
  func manyClasses() {
    let matrix = matrix(1_000_000, [(999_999, 3), (7, 7), (999_999, 3)])
    #expect(matrix.cells.map(\.count) == [1, 2] && matrix.cells[1].predicted == 3)
    #expect(matrix.perClassAccuracy[7] == 1 && matrix.perClassAccuracy[999_999] == 0)
  }
}
