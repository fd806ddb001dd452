import Autograd
import Tensors
import TestSupport
import Testing

/// Windows over time and sequences of different lengths.
@Suite struct SequenceTests {
  private let pool = StoragePool()
  private static let lengths = [7, 3, 1]

  private func tensors(_ shapes: [Int]...) -> [Tensor] {
    var random = TestRandom(seed: 31)
    return shapes.map { random.tensor($0, scale: 1.5, pool: pool) }
  }

  private func window(_ kernel: Int, stride: Int = 1, left: Int = 0, right: Int = 0) -> PoolingWindow {
    var window = PoolingWindow(kernelHeight: 1, kernelWidth: kernel)
    window.strideWidth = stride
    window.padding = ImagePadding(top: 0, left: left, bottom: 0, right: right)
    return window
  }

  private func convolution(
    _ kernel: Int, stride: Int = 1, left: Int = 0, right: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> ConvolutionWindow {
    var window = ConvolutionWindow(kernelHeight: 1, kernelWidth: kernel)
    (window.strideWidth, window.dilationWidth, window.groups) = (stride, dilation, groups)
    window.padding = ImagePadding(top: 0, left: left, bottom: 0, right: right)
    return window
  }

  private func expectGradients(
    of inputs: [Tensor], sourceLocation: SourceLocation = #_sourceLocation, _ function: ([Variable]) -> Variable
  ) {
    let check = GradientCheck.of(inputs, pool: pool) { function($1) }
    #expect(check.compared > 0, sourceLocation: sourceLocation)
    #expect(check.largestError <= gradientTolerance, "\(check.worst)", sourceLocation: sourceLocation)
  }

  @Test func convolutionGradients() {
    expectGradients(of: tensors([2, 7, 6], [4, 3, 3], [4])) {
      $0[0].convolution(weight: $0[1], bias: $0[2], window: convolution(3, stride: 2, left: 2, groups: 2))
    }
    // Gradients are added where some lie already.
    expectGradients(of: tensors([3, 5, 2], [2, 3, 2])) { v in
      let first = v[0].convolution(weight: v[1], bias: nil, window: convolution(3, left: 4, dilation: 2))
      return first.convolution(weight: v[1], bias: nil, window: convolution(3, left: 1, right: 1)) + v[0]
    }
  }

  @Test(arguments: [nil, lengths] as [[Int]?]) func poolingGradients(lengths: [Int]?) {
    for window in [window(3, stride: 2), window(3, left: 1, right: 1), window(7, stride: 3, left: 2, right: 1)] {
      expectGradients(of: tensors([3, 7, 5])) { $0[0].maxPoolOverTime(window, lengths: lengths) }
      for counting in [false, true] {
        expectGradients(of: tensors([3, 7, 5])) {
          $0[0].averagePoolOverTime(window, countingPadding: counting, lengths: lengths)
        }
      }
    }
    expectGradients(of: tensors([3, 7, 5])) { v in
      v[0].globalMaxPool(lengths: lengths) * v[0].meanOverTime(lengths: lengths)
    }
    expectGradients(of: tensors([2, 3, 2, 5])) { $0[0].globalMaxPool() }
  }

  @Test func movedRowGradients() {
    let lengths = Self.lengths
    expectGradients(of: tensors([3, 7, 2])) { v in
      v[0].masked(lengths: lengths) * v[0].reversedInTime(lengths: lengths) + v[0]
    }
    expectGradients(of: tensors([3, 7, 2])) { $0[0].lastTimeStep(lengths: lengths) * $0[0].lastTimeStep() }
    expectGradients(of: tensors([3, 7, 2])) { $0[0].paddedInTime(to: 9) }
    expectGradients(of: tensors([3, 7, 2])) { v in
      let rows = v[0].packed(lengths: lengths)
      return (rows * rows).unpacked(lengths: lengths, time: 8)
    }
  }

  @Test func movedRows() {
    let x = tensors([3, 7, 2])[0]
    let tape = Tape(context: ExecutionContext(pool: pool), recording: false)
    let lengths = Self.lengths
    func expected(time: Int, _ source: (_ sample: Int, _ time: Int) -> Int?) -> [Double] {
      (0..<3).flatMap { sample in
        (0..<time).flatMap { t in
          (0..<2).map { channel in source(sample, t).map { x[(sample * 7 + $0) * 2 + channel] } ?? 0 }
        }
      }
    }
    let v = tape.input(x)
    #expect(v.masked(lengths: lengths).value.values == expected(time: 7) { $1 < lengths[$0] ? $1 : nil })
    #expect(v.masked(lengths: [7, 7, 7]) === v)
    #expect(
      v.reversedInTime(lengths: lengths).value.values
        == expected(time: 7) { $1 < lengths[$0] ? lengths[$0] - 1 - $1 : nil })
    #expect(v.lastTimeStep(lengths: lengths).value.values == expected(time: 1) { sample, _ in lengths[sample] - 1 })
    #expect(v.lastTimeStep().value.values == expected(time: 1) { _, _ in 6 })
    #expect(v.paddedInTime(to: 9).value.values == expected(time: 9) { $1 < 7 ? $1 : nil })
    #expect(v.paddedInTime(to: 7) === v)
    let packed = v.packed(lengths: lengths)
    #expect(packed.shape == [11, 2])
    #expect(packed.value.values.prefix(14) == x.values.prefix(14))
    #expect(
      packed.unpacked(lengths: lengths, time: 7).value.values == expected(time: 7) { $1 < lengths[$0] ? $1 : nil })
  }

  /// Padding affects nothing, even if it is NaN.
  @Test func paddingHasNoEffect() {
    let x = tensors([3, 7, 2])[0]
    let changed = Tensor(x.values, shape: x.shape, dtype: .float64, pool: pool)
    for sample in 0..<3 {
      for index in Self.lengths[sample] * 2..<14 { changed[sample * 14 + index] = .nan }
    }
    let operations: [(Variable) -> Variable] = [
      { $0.masked(lengths: Self.lengths) }, { $0.reversedInTime(lengths: Self.lengths) },
      { $0.lastTimeStep(lengths: Self.lengths) }, { $0.packed(lengths: Self.lengths) },
      { $0.maxPoolOverTime(window(3, stride: 2), lengths: Self.lengths) },
      { $0.averagePoolOverTime(window(2, left: 1), countingPadding: true, lengths: Self.lengths) },
      { $0.globalMaxPool(lengths: Self.lengths) }, { $0.meanOverTime(lengths: Self.lengths) },
    ]
    for (index, operation) in operations.enumerated() {
      let tape = Tape(context: ExecutionContext(pool: pool), recording: false)
      let (expected, found) = (operation(tape.input(x)), operation(tape.input(changed)))
      #expect(found.value.values == expected.value.values, "operation \(index)")
    }
  }

  private static let precisions = [(DType.float64, goldenTolerance), (.float32, 5e-6)]

  @Test(arguments: ["plain", "strided", "dilated", "grouped"], precisions)
  func convolutionGoldens(name: String, precision: (dtype: DType, tolerance: Double)) throws {
    let reference = try golden("convolution/" + name, in: "sequences")
    let window = convolution(
      try reference.integer("kernel"), stride: try reference.integer("stride"), left: try reference.integer("left"),
      right: try reference.integer("right"), dilation: try reference.integer("dilation"),
      groups: try reference.integer("groups"))
    let found = try difference(from: reference, inputs: ["x", "weight", "bias"], dtype: precision.dtype) {
      $0[0].convolution(weight: $0[1], bias: $0[2], window: window)
    }
    #expect(found <= precision.tolerance)
  }

  @Test(arguments: ["plain", "padded", "lengths"], precisions)
  func poolingGoldens(name: String, precision: (dtype: DType, tolerance: Double)) throws {
    for kind in ["max", "average"] {
      let reference = try golden("\(kind)/\(name)", in: "sequences")
      let padding = try reference.integer("padding")
      let window = window(
        try reference.integer("kernel"), stride: try reference.integer("stride"), left: padding, right: padding)
      let lengths = try (0..<3).map { try reference.integer("length_\($0)") }
      let found = try difference(from: reference, inputs: ["x"], dtype: precision.dtype) {
        kind == "max"
          ? $0[0].maxPoolOverTime(window, lengths: lengths)
          : $0[0].averagePoolOverTime(window, countingPadding: true, lengths: lengths)
      }
      #expect(found <= precision.tolerance, "\(kind)")
    }
  }
}
