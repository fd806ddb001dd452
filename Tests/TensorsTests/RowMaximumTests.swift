import CKernels
import Tensors
import Testing

/// The largest of a row is searched in vectors: at every index of rows of every length it must be found.
@Suite struct RowMaximumTests {
  private let pool = StoragePool()

  @Test(arguments: floatingTypes) func isFoundAnywhere(_ dtype: DType) {
    let logSum = Tensor(zeros: [1], dtype: dtype, pool: pool)
    for count in 1...70 {
      for index in 0..<count {
        let scores = randomTensor([1, count], dtype, 1)
        // Its exponential overflows unless the largest is taken off.
        scores[index] = 2000
        ck_attention_softmax(dtype.kernelType, 1, count, -1, scores.pointer, logSum.pointer)
        #expect(scores[index] == 1 && logSum[0] == 2000, "index \(index) of \(count)")
      }
    }
  }

  /// Among equal scores the first counts as the prediction, as everywhere.
  @Test(arguments: floatingTypes) func firstOfEqualScoresIsThePrediction(_ dtype: DType) {
    for columns in [1, 5, 31, 32, 33, 75, 100] {
      let x = randomTensor([1, columns], dtype, 2)
      let (first, second) = (columns / 3, columns * 2 / 3)
      (x[first], x[second]) = (3, 3)
      for label in 0..<columns {
        var target = Int32(label)
        let loss = ck_softmax_cross_entropy(dtype.kernelType, 1, columns, x.pointer, &target, 0, nil, nil, nil)
        #expect(loss.correct == (label == first ? 1 : 0), "label \(label) of \(columns)")
      }
    }
  }
}
