import CKernels
import Tensors
import TestSupport
import Testing

// Lengths around the vector widths and the chunks of the reductions.
private let lengths = [0, 1, 7, 64, 101, 8191, 8193, 20011]

@Suite struct ElementwiseTests {
  private let pool = StoragePool()

  @Test(arguments: lengths, floatingTypes)
  func arithmetic(_ n: Int, _ dtype: DType) {
    let type = dtype.kernelType
    let (a, b) = (randomTensor([n], dtype, 1), randomTensor([n], dtype, 2))
    let pairs = Array(zip(a.values, b.values))
    let y = Tensor(uninitialized: [n], dtype: dtype, pool: pool)
    ck_add(type, n, a.pointer, b.pointer, y.pointer)
    expectClose(y.values, pairs.map { $0 + $1 }, dtype, ulps: 1)
    ck_add_relu(type, n, a.pointer, b.pointer, y.pointer)
    expectClose(y.values, pairs.map { max($0 + $1, 0) }, dtype, ulps: 1)
    ck_subtract(type, n, a.pointer, b.pointer, y.pointer)
    expectClose(y.values, pairs.map { $0 - $1 }, dtype, ulps: 1)
    ck_multiply(type, n, a.pointer, b.pointer, y.pointer)
    expectClose(y.values, pairs.map { $0 * $1 }, dtype, ulps: 1)
    ck_scale(type, n, -2.5, a.pointer, y.pointer)
    expectClose(y.values, pairs.map { -2.5 * $0.0 }, dtype, ulps: 2)

    y.copy(from: b)
    ck_axpy(type, n, 0.75, a.pointer, y.pointer)
    expectClose(y.values, pairs.map { $1 + 0.75 * $0 }, dtype, ulps: 2)
    y.copy(from: b)
    ck_multiply_add(type, n, a.pointer, b.pointer, y.pointer)
    expectClose(y.values, pairs.map { $1 + $0 * $1 }, dtype, ulps: 2)
    y.copy(from: b)
    ck_running_average(type, n, 0.1, 0.5, a.pointer, y.pointer)
    expectClose(y.values, pairs.map { 0.9 * $1 + 0.05 * $0 }, dtype, ulps: 2)
    ck_fill(type, n, 3.5, y.pointer)
    #expect(y.values == Array(repeating: 3.5, count: n))
  }

  @Test(arguments: floatingTypes)
  func arithmeticInPlace(_ dtype: DType) {
    let (a, b) = (randomTensor([37], dtype, 1), randomTensor([37], dtype, 2))
    let sum = zip(a.values, b.values).map { $0 + $1 }
    ck_add(dtype.kernelType, 37, a.pointer, b.pointer, a.pointer)
    expectClose(a.values, sum, dtype, ulps: 1)
  }

  @Test(arguments: lengths, floatingTypes)
  func reductions(_ n: Int, _ dtype: DType) {
    let type = dtype.kernelType
    let (a, b) = (randomTensor([n], dtype, 1), randomTensor([n], dtype, 2))
    let (x, y) = (a.values, b.values)
    // Float elements are accumulated in double, so both types come out to double's precision.
    let ones = [Double](repeating: 1, count: n)
    expectClose([ck_sum(type, n, a.pointer)], [SumOfProducts(x, ones)], .float64)
    expectClose([ck_sum_of_squares(type, n, a.pointer)], [SumOfProducts(x, x)], .float64, signs: .any)
    expectClose([ck_dot(type, n, a.pointer, b.pointer)], [SumOfProducts(x, y)], .float64)
  }

  @Test(arguments: [0, 31, 32, 100, 8192, 20010], [Double.nan, .infinity, -.infinity])
  func firstNonfinite(_ index: Int, _ bad: Double) {
    for dtype in floatingTypes {
      let x = randomTensor([20011], dtype, 1)
      #expect(ck_first_nonfinite(dtype.kernelType, x.count, x.pointer) == -1)
      x[20010] = bad
      x[index] = bad
      #expect(ck_first_nonfinite(dtype.kernelType, x.count, x.pointer) == index)
    }
  }

  @Test(arguments: [(1, 1), (3, 5), (130, 7), (7, 300), (200, 1031)], floatingTypes)
  func rowsAndColumns(_ size: (Int, Int), _ dtype: DType) {
    let (rows, columns) = size
    let (x, bias) = (randomTensor([rows, columns], dtype, 1), randomTensor([columns], dtype, 2))
    let (values, biases) = (x.values, bias.values)
    let y = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    ck_add_row(dtype.kernelType, rows, columns, x.pointer, bias.pointer, y.pointer)
    expectClose(y.values, values.indices.map { values[$0] + biases[$0 % columns] }, dtype, ulps: 1)

    var sums = [SumOfProducts](repeating: SumOfProducts(), count: columns)
    for index in values.indices { sums[index % columns].add(values[index]) }
    let result = Tensor(uninitialized: [columns], dtype: dtype, pool: pool)
    ck_column_sums(dtype.kernelType, rows, columns, x.pointer, result.pointer, false)
    expectClose(result.values, sums, dtype)
    ck_column_sums(dtype.kernelType, rows, columns, x.pointer, result.pointer, true)
    expectClose(result.values, sums.map { $0 + $0 }, dtype)
  }

  @Test func columnSumsOfManyRowsStayAccurate() {
    // A running float sum of 200 000 values near 1 would be off by a percent.
    let rows = 200_003
    let x = Tensor(uninitialized: [rows, 1], pool: pool)
    RandomStream(seed: 1, purpose: .synthetic).fillUniform(x, in: 0.9..<1.1)
    let sum = Tensor(uninitialized: [1], pool: pool)
    ck_column_sums(CK_FLOAT32, rows, 1, x.pointer, sum.pointer, false)
    expectClose(sum.values, [x.values.reduce(0, +)], .float32, ulps: 4)
  }
}
