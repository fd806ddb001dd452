import Autograd
import CKernels
import Tensors
import TestSupport
import Testing

@Suite struct EmbeddingTests {
  private let pool = StoragePool()
  private let numbers: [Double] = [3, 0, 3, 9, 1, 3, 10]

  @Test func gradients() {
    var random = TestRandom(seed: 5)
    let tokens = Tensor(numbers, shape: [1, 7], dtype: .float64, pool: pool)
    let check = GradientCheck.of([random.tensor([11, 5], pool: pool)], pool: pool) { tape, inputs in
      tape.input(tokens).embedding(weight: inputs[0])
    }
    #expect(check.compared == 55)
    #expect(check.largestError <= gradientTolerance, "\(check.worst)")
  }

  /// A table that is used twice: the second contribution is added to the first.
  @Test func gradientsAddUp() {
    var random = TestRandom(seed: 6)
    let tokens = Tensor(numbers, shape: [1, 7], dtype: .float64, pool: pool)
    let check = GradientCheck.of([random.tensor([11, 3], pool: pool)], pool: pool) { tape, inputs in
      let table = inputs[0]
      let first = tape.input(tokens).embedding(weight: table)
      return first * tape.input(tokens).embedding(weight: table) + first
    }
    #expect(check.largestError <= gradientTolerance, "\(check.worst)")
  }

  @Test(arguments: [DType.float32, .float64]) func unitVectors(dtype: DType) {
    let tokens = Tensor(numbers, shape: [1, 7], dtype: dtype, pool: pool)
    let tape = Tape(context: ExecutionContext())
    let vectors = tape.input(tokens).oneHot(vocabulary: 11)
    #expect(vectors.shape == [1, 7, 11] && !vectors.requiresGradient)
    let expected = numbers.flatMap { number in (0..<11).map { Double($0) == number ? 1.0 : 0 } }
    #expect(vectors.value.values == expected)
  }

  @Test func golden() throws {
    let reference = try AutogradTests.golden("embedding", in: "recurrent")
    for (dtype, tolerance) in [(DType.float64, goldenTolerance), (.float32, 1e-6)] {
      let tokens = try reference.tensor("tokens", dtype: dtype, pool: pool)
      let found = try difference(from: reference, inputs: ["weight"], dtype: dtype) {
        $0[0].tape.input(tokens).embedding(weight: $0[0])
      }
      #expect(found <= tolerance, "\(dtype)")
    }
  }

  @Test(arguments: [11.0, -1, 0.5, .nan, .infinity], [DType.float32, .float64])
  func aTokenOutsideTheTableIsFound(token: Double, dtype: DType) {
    let tokens = Tensor([2, token, 1], shape: [3], dtype: dtype, pool: pool)
    let table = Tensor(zeros: [11, 3], dtype: dtype, pool: pool)
    let output = Tensor(zeros: [3, 3], dtype: dtype, pool: pool)
    func firstWrong() -> Int {
      ck_embedding_forward(dtype.kernelType, 3, 11, 3, tokens.pointer, table.pointer, output.pointer)
    }
    #expect(firstWrong() == 1)
    tokens[1] = 10
    #expect(firstWrong() == -1)
  }

  /// Sequences go through a fully connected layer step by step.
  @Test func linearOverSequences() throws {
    let reference = try AutogradTests.golden("linear", in: "recurrent")
    let found = try difference(from: reference, inputs: ["x", "weight", "bias"]) {
      $0[0].linear(weight: $0[1], bias: $0[2])
    }
    #expect(found <= goldenTolerance)
    var random = TestRandom(seed: 8)
    let inputs = [[2, 3, 5], [7, 5], [7]].map { random.tensor($0, gap: 0.05, pool: pool) }
    let check = GradientCheck.of(inputs, pool: pool) {
      $1[0].linear(weight: $1[1], bias: $1[2], activation: .tanh)
    }
    #expect(check.largestError <= gradientTolerance, "\(check.worst)")
  }
}
