import Autograd
import Tensors
import TestSupport
import Testing

/// Parts of transformers, compared with finite differences in float64 and with PyTorch.
@Suite struct TransformerTests {
  private let pool = StoragePool()

  private func tensors(_ shapes: [Int]...) -> [Tensor] {
    var random = TestRandom(seed: 23)
    return shapes.map { random.tensor($0, scale: 1.5, pool: pool) }
  }

  private func expectGradients(
    of inputs: [Tensor], sourceLocation: SourceLocation = #_sourceLocation, _ function: ([Variable]) -> Variable
  ) {
    let check = GradientCheck.of(inputs, pool: pool) { function($1) }
    #expect(check.compared > 0, sourceLocation: sourceLocation)
    #expect(check.largestError <= gradientTolerance, "\(check.worst)", sourceLocation: sourceLocation)
  }

  /// Blocks of 3 rows cut 7 rows unevenly; with 64 there is one block.
  @Test(arguments: [false, true], [nil, [4, 7], [1, 3]] as [[Int]?])
  func attentionGradients(causal: Bool, lengths: [Int]?) {
    for blockRows in [1, 3, 64] {
      expectGradients(of: tensors([2, 7, 18])) {
        $0[0].selfAttention(heads: 2, causal: causal, lengths: lengths, blockRows: blockRows)
      }
    }
  }

  /// A value used twice: gradients are added where some lie already.
  @Test func attentionGradientsAddUp() {
    expectGradients(of: tensors([2, 5, 12])) { v in
      v[0].selfAttention(heads: 2, causal: true, blockRows: 2) * v[0].channels(0..<4)
        + v[0].selfAttention(heads: 1, causal: false, lengths: [2, 4], blockRows: 2)
    }
  }

  @Test func layerNormalizationGradients() {
    expectGradients(of: tensors([3, 5, 7], [7], [7])) {
      $0[0].layerNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-3)
    }
    expectGradients(of: tensors([2, 300], [300])) { v in
      v[0].layerNormalized(weight: v[1], bias: nil, epsilon: 1e-5) + v[0]
    }
    // More rows than one block of sums.
    expectGradients(of: tensors([67, 3], [3], [3])) {
      $0[0].layerNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-3)
    }
  }

  @Test func positionGradients() {
    expectGradients(of: tensors([2, 5, 6], [9, 6])) { $0[0].addingPositions($0[1], from: 3) }
    let table = RotaryTable(positions: 9, size: 4, dtype: .float64, pool: pool)
    expectGradients(of: tensors([2, 5, 24])) { $0[0].rotated(by: table, heads: 2, from: 3) }
  }

  @Test func gateGradients() {
    expectGradients(of: tensors([3, 5], [3, 5])) { $0[0].gating($0[1]) }
  }

  private static let precisions = [(DType.float64, goldenTolerance), (.float32, 5e-6)]

  @Test(arguments: ["full", "causal", "lengths", "causal_lengths"], precisions)
  func attentionGolden(name: String, precision: (dtype: DType, tolerance: Double)) throws {
    let reference = try AutogradTests.golden("attention/" + name, in: "transformer")
    let (heads, causal) = (try reference.integer("heads"), try reference.integer("causal") != 0)
    let lengths =
      name.hasSuffix("lengths") ? [try reference.integer("length_0"), try reference.integer("length_1")] : nil
    for blockRows in [2, 5, 64] {
      let found = try difference(from: reference, inputs: ["x"], dtype: precision.dtype) {
        $0[0].selfAttention(heads: heads, causal: causal, lengths: lengths, blockRows: blockRows)
      }
      #expect(found <= precision.tolerance, "blocks of \(blockRows)")
    }
  }

  @Test(arguments: precisions)
  func goldens(dtype: DType, tolerance: Double) throws {
    let norm = try AutogradTests.golden("layer_norm", in: "transformer")
    let epsilon = try norm.number("epsilon")
    var found = try difference(from: norm, inputs: ["x", "weight", "bias"], dtype: dtype) {
      $0[0].layerNormalized(weight: $0[1], bias: $0[2], epsilon: epsilon)
    }
    #expect(found <= tolerance, "layer normalisation")

    let rotary = try AutogradTests.golden("rotary", in: "transformer")
    let (heads, start) = (try rotary.integer("heads"), try rotary.integer("start"))
    let table = RotaryTable(positions: 9, size: 4, dtype: dtype, pool: pool)
    found = try difference(from: rotary, inputs: ["x"], dtype: dtype) {
      $0[0].rotated(by: table, heads: heads, from: start)
    }
    #expect(found <= tolerance, "rotary positions")

    let positions = try AutogradTests.golden("positions", in: "transformer")
    found = try difference(from: positions, inputs: ["x", "rows"], dtype: dtype) {
      $0[0].addingPositions($0[1], from: 3)
    }
    #expect(found <= tolerance, "positions")
    let sinusoids = Tensor.sinusoidalPositions(9, width: 6, dtype: dtype, pool: pool)
    let expected = try positions.tensor("sinusoids", dtype: dtype, pool: pool)
    #expect(relativeDifference(sinusoids, expected) <= tolerance, "sinusoids")

    found = try difference(
      from: try AutogradTests.golden("swiglu", in: "transformer"), inputs: ["gate", "x"], dtype: dtype
    ) { $0[0].gating($0[1]) }
    #expect(found <= tolerance, "gate")
  }

  /// Later rows never affect earlier ones, and padding affects nothing.
  @Test func hiddenRowsHaveNoEffect() {
    let context = ExecutionContext(pool: pool)
    func output(_ x: Tensor, causal: Bool, lengths: [Int]?) -> [Double] {
      let tape = Tape(context: context, recording: false)
      let y = tape.input(x).selfAttention(heads: 2, causal: causal, lengths: lengths, blockRows: 2)
      return Array(y.value.values.prefix(4 * 4))
    }
    let x = tensors([1, 7, 12])[0]
    let changed = Tensor(x.values, shape: x.shape, dtype: .float64, pool: pool)
    for index in 4 * 12..<7 * 12 { changed[index] += 100 }
    #expect(output(x, causal: true, lengths: nil) == output(changed, causal: true, lengths: nil))
    #expect(output(x, causal: false, lengths: [4]) == output(changed, causal: false, lengths: [4]))
    #expect(output(x, causal: false, lengths: nil) != output(changed, causal: false, lengths: nil))
  }
}
