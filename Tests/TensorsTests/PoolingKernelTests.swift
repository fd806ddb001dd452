import CKernels
import Tensors
import TestSupport
import Testing

private struct Case: Sendable, CustomTestStringConvertible {
  let batch, height, width, channels: Int
  let kernel, stride: (Int, Int)
  var dilation = (1, 1)
  var padding = ImagePadding()

  var geometry: ConvolutionGeometry {
    ConvolutionGeometry(
      batch: batch, height: height, width: width, inputChannels: channels, outputChannels: channels, kernel: kernel,
      stride: stride, dilation: dilation, padding: padding)
  }

  var window: ck_window {
    let g = geometry
    return ck_window(
      batch: batch, height: height, width: width, channels: channels, output_height: g.outputHeight,
      output_width: g.outputWidth, kernel_height: kernel.0, kernel_width: kernel.1, stride_height: stride.0,
      stride_width: stride.1, dilation_height: dilation.0, dilation_width: dilation.1, padding_top: padding.top,
      padding_left: padding.left)
  }

  /// For every output element: itself, the input elements in its window, and the taps in the padded image.
  func forEachWindow(_ body: (_ output: Int, _ inputs: [Int], _ padded: Int) -> Void) {
    let g = geometry
    for index in 0..<g.outputShape.reduce(1, *) {
      let (c, position) = (index % channels, index / channels)
      let (j, i) = (position % g.outputWidth, position / g.outputWidth % g.outputHeight)
      let n = position / g.outputWidth / g.outputHeight
      var (inputs, padded) = ([Int](), 0)
      for r in 0..<kernel.0 {
        for s in 0..<kernel.1 {
          let row = i * stride.0 + r * dilation.0 - padding.top
          let column = j * stride.1 + s * dilation.1 - padding.left
          if row < height + padding.bottom && column < width + padding.right { padded += 1 }
          guard (0..<height).contains(row) && (0..<width).contains(column) else { continue }
          inputs.append(((n * height + row) * width + column) * channels + c)
        }
      }
      body(index, inputs, padded)
    }
  }

  var testDescription: String { "\(batch)×\(height)×\(width)×\(channels), kernel \(kernel), stride \(stride)" }
}

private let cases = [
  Case(batch: 2, height: 6, width: 8, channels: 5, kernel: (2, 2), stride: (2, 2)),
  Case(batch: 1, height: 7, width: 5, channels: 17, kernel: (3, 3), stride: (2, 2), padding: ImagePadding(1)),
  Case(
    batch: 3, height: 9, width: 7, channels: 3, kernel: (3, 2), stride: (1, 3),
    padding: ImagePadding(top: 1, left: 0, bottom: 1, right: 1)),
  Case(
    batch: 2, height: 9, width: 9, channels: 4, kernel: (3, 3), stride: (2, 2), dilation: (2, 1),
    padding: ImagePadding(1)),
]

@Suite struct PoolingKernelTests {
  private let pool = StoragePool()

  @Test(arguments: cases, floatingTypes)
  fileprivate func maximum(_ c: Case, _ dtype: DType) {
    let type = dtype.kernelType
    var window = c.window
    let (x, dy) = (randomTensor(c.geometry.inputShape, dtype, 1), randomTensor(c.geometry.outputShape, dtype, 2))
    let values = x.values
    var expected = [Double](repeating: 0, count: dy.count)
    var gradient = [SumOfProducts](repeating: SumOfProducts(), count: x.count)
    c.forEachWindow { output, inputs, _ in
      let winner = inputs.max { values[$0] < values[$1] }!
      expected[output] = values[winner]
      gradient[winner].add(dy[output])
    }
    let y = Tensor(uninitialized: dy.shape, dtype: dtype, pool: pool)
    let indices = Tensor(uninitialized: dy.shape, dtype: .int32, pool: pool)
    ck_max_pool_forward(type, &window, x.pointer, y.pointer, indices.int32s.baseAddress)
    #expect(y.values == expected)
    let dx = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    ck_max_pool_backward(type, &window, dy.pointer, indices.int32s.baseAddress!, dx.pointer, false)
    expectClose(dx.values, gradient, dtype)
    ck_max_pool_backward(type, &window, dy.pointer, indices.int32s.baseAddress!, dx.pointer, true)
    expectClose(dx.values, gradient.map { $0 + $0 }, dtype)
    y.fillWithZeros()
    ck_max_pool_forward(type, &window, x.pointer, y.pointer, nil)
    #expect(y.values == expected)
  }

  @Test(arguments: cases, floatingTypes)
  fileprivate func average(_ c: Case, _ dtype: DType) {
    let type = dtype.kernelType
    var window = c.window
    let (x, dy) = (randomTensor(c.geometry.inputShape, dtype, 1), randomTensor(c.geometry.outputShape, dtype, 2))
    let values = x.values
    for countPadding in [true, false] {
      var expected = [SumOfProducts](repeating: SumOfProducts(), count: dy.count)
      var gradient = [SumOfProducts](repeating: SumOfProducts(), count: x.count)
      c.forEachWindow { output, inputs, padded in
        let share = 1 / Double(countPadding ? padded : inputs.count)
        for input in inputs {
          expected[output].add(values[input])
          gradient[input] = gradient[input] + SumOfProducts([dy[output]], [1]).scaled(by: share)
        }
        expected[output] = expected[output].scaled(by: share)
      }
      let y = Tensor(uninitialized: dy.shape, dtype: dtype, pool: pool)
      ck_average_pool_forward(
        type, &window, c.padding.bottom, c.padding.right, countPadding, x.pointer, y.pointer)
      expectClose(y.values, expected, dtype)
      let dx = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
      ck_average_pool_backward(
        type, &window, c.padding.bottom, c.padding.right, countPadding, dy.pointer, dx.pointer, false)
      expectClose(dx.values, gradient, dtype)
      ck_average_pool_backward(
        type, &window, c.padding.bottom, c.padding.right, countPadding, dy.pointer, dx.pointer, true)
      expectClose(dx.values, gradient.map { $0 + $0 }, dtype)
    }
  }

  @Test(arguments: floatingTypes)
  func globalAverage(_ dtype: DType) {
    let (n, positions, channels) = (3, 35, 19)
    let (x, dy) = (randomTensor([n, positions, channels], dtype, 1), randomTensor([n, channels], dtype, 2))
    let (values, gradient) = (x.values, dy.values)
    let expected = (0..<n * channels).map { index in
      var sum = SumOfProducts()
      for position in 0..<positions {
        sum.add(values[(index / channels * positions + position) * channels + index % channels])
      }
      return sum.scaled(by: 1 / Double(positions))
    }
    let y = Tensor(uninitialized: [n, channels], dtype: dtype, pool: pool)
    ck_global_average_pool_forward(dtype.kernelType, n, positions, channels, x.pointer, y.pointer)
    expectClose(y.values, expected, dtype)
    let dx = Tensor(zeros: x.shape, dtype: dtype, pool: pool)
    ck_global_average_pool_backward(dtype.kernelType, n, positions, channels, dy.pointer, dx.pointer, true)
    expectClose(
      dx.values,
      x.values.indices.map { gradient[$0 / (positions * channels) * channels + $0 % channels] / Double(positions) },
      dtype
    )
  }

  @Test func aNaNWins() {
    var window = Case(batch: 1, height: 2, width: 2, channels: 1, kernel: (2, 2), stride: (2, 2)).window
    for position in 0..<4 {
      let x = Tensor([1, 2, 3, 4], shape: [4], pool: pool)
      x[position] = .nan
      let y = Tensor(zeros: [1], pool: pool)
      ck_max_pool_forward(CK_FLOAT32, &window, x.pointer, y.pointer, nil)
      #expect(y[0].isNaN)
    }
  }
}
