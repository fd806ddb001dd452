import CKernels
import Tensors
import Testing

@Suite struct RandomStreamTests {
  private let pool = StoragePool()

  /// The known answers that the authors publish with Random123 (kat_vectors, philox4x32 of 10 rounds).
  @Test func philoxKnownAnswers() {
    let answers: [([UInt32], [UInt32], [UInt32])] = [
      ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        [.max, .max, .max, .max], [.max, .max], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ]
    for (counter, key, expected) in answers {
      var words = [UInt32](repeating: 0, count: 4)
      ck_philox4x32(counter, key, &words)
      #expect(words == expected)
    }
  }

  /// The layout of counter and key decides every run: this test pins it.
  @Test func wordsOfAStream() {
    let stream = RandomStream(
      seed: 0x0123_4567_89ab_cdef, purpose: .dropout, epochOrStep: 77, sample: 9, layer: 0xabcdef)
    var expected: [UInt32] = []
    for block in 0..<7 as Range<UInt32> {
      var words = [UInt32](repeating: 0, count: 4)
      ck_philox4x32([block, 9, 77, 4 | 0xabcdef << 8], [0x89ab_cdef, 0x0123_4567], &words)
      expected += words
    }
    for first in 0..<9 {
      for count in [0, 1, 2, 3, 4, 7, 13] {
        var words = [UInt32](repeating: 0, count: count)
        ck_random_words(stream.key, UInt64(first), count, &words)
        #expect(words == Array(expected[first..<first + count]))
      }
    }
    var copy = stream
    #expect((0..<28).map { _ in copy.next() } == expected)
  }

  @Test func everyPartOfTheKeyMatters() {
    let streams = [
      RandomStream(seed: 1, purpose: .dropout), RandomStream(seed: 1 << 32, purpose: .dropout),
      RandomStream(seed: 1, purpose: .augmentation), RandomStream(seed: 1, purpose: .dropout, epochOrStep: 1),
      RandomStream(seed: 1, purpose: .dropout, sample: 1), RandomStream(seed: 1, purpose: .dropout, layer: 1),
    ]
    var seen: [UInt64] = []
    for var stream in streams { seen.append(stream.next64()) }
    #expect(Set(seen).count == streams.count)
  }

  @Test(arguments: floatingTypes)
  func uniform(_ dtype: DType) {
    let n = 40_001
    let x = Tensor(uninitialized: [n], dtype: dtype, pool: pool)
    RandomStream(seed: 3, purpose: .synthetic).fillUniform(x, in: -2..<4)
    let values = x.values
    #expect(values.allSatisfy { $0 >= -2 && $0 < 4 })
    let mean = values.reduce(0, +) / Double(n)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
    // Five standard errors.
    #expect(abs(mean - 1) < 5 * (3.0 / Double(n)).squareRoot())
    #expect(abs(variance - 3) < 5 * 3 * (0.8 / Double(n)).squareRoot())
  }

  @Test func normal() {
    let n = 40_001
    let (x, narrow) = (Tensor(uninitialized: [n], dtype: .float64, pool: pool), Tensor(uninitialized: [n], pool: pool))
    let stream = RandomStream(seed: 3, purpose: .initialization)
    stream.fillNormal(x, mean: 0.5, deviation: 2)
    stream.fillNormal(narrow, mean: 0.5, deviation: 2)
    let values = x.values
    #expect(narrow.values == values.map { Double(Float($0)) })
    let mean = values.reduce(0, +) / Double(n)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
    let fourth = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) * ($1 - mean) } / Double(n)
    let error = 1 / Double(n).squareRoot()
    #expect(abs(mean - 0.5) < 5 * 2 * error)
    #expect(abs(variance / 4 - 1) < 5 * 2.0.squareRoot() * error)
    #expect(abs(fourth / 16 - 3) < 5 * 96.0.squareRoot() * error)
  }

  @Test func boundedIntegersAreUniform() {
    var stream = RandomStream(seed: 8, purpose: .sampling)
    var counts = [Int](repeating: 0, count: 7)
    let draws = 70_000
    for _ in 0..<draws { counts[stream.integer(below: 7)] += 1 }
    let expected = Double(draws) / 7
    let chiSquare = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // Six degrees of freedom: above 22.5 once in a thousand.
    #expect(chiSquare < 22.5)
    #expect(stream.integer(below: 1) == 0)
  }

  @Test func permutations() {
    for count in [0, 1, 2, 3, 100] {
      var stream = RandomStream(seed: 1, purpose: .epochPermutation, epochOrStep: 4)
      #expect(stream.permutation(count).sorted() == Array(0..<count))
    }
    var (first, again) = (RandomStream(seed: 1, purpose: .split), RandomStream(seed: 1, purpose: .split))
    var other = RandomStream(seed: 2, purpose: .split)
    let order = first.permutation(50)
    #expect(order == again.permutation(50) && order != other.permutation(50) && order != Array(0..<50))
    // All six orders of three, about equally often.
    var counts: [[Int]: Int] = [:]
    for epoch in 0..<6_000 as Range<UInt32> {
      var stream = RandomStream(seed: 1, purpose: .epochPermutation, epochOrStep: epoch)
      counts[stream.permutation(3), default: 0] += 1
    }
    #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1_000) < 150 })
  }

  @Test(arguments: floatingTypes)
  func dropout(_ dtype: DType) {
    let (rows, length, rate) = (5, 1_021, 0.3)
    let x = randomTensor([rows, length], dtype, 1)
    let y = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    let mask = Tensor(uninitialized: x.shape, dtype: .uint8, pool: pool)
    let stream = RandomStream(seed: 6, purpose: .dropout, epochOrStep: 12, sample: 40, layer: 2)
    func forward(rows: Int, from x: Tensor, key: ck_stream, samples: [UInt32]?) -> [Double] {
      let type = dtype.kernelType
      if let samples {
        ck_dropout_forward(
          type, rows, length, rate, key, samples, x.pointer, y.pointer, mask.bytes.baseAddress!)
      } else {
        ck_dropout_forward(type, rows, length, rate, key, nil, x.pointer, y.pointer, mask.bytes.baseAddress!)
      }
      return Array(y.values.prefix(rows * length))
    }
    let all = forward(rows: rows, from: x, key: stream.key, samples: nil)
    let kept = mask.values
    expectClose(all, zip(x.values, kept).map { $0 * $1 / (1 - rate) }, dtype, ulps: 2)
    let fraction = kept.reduce(0, +) / Double(kept.count)
    #expect(abs(fraction - 0.7) < 5 * (0.21 / Double(kept.count)).squareRoot())
    // A row's mask belongs to its sample, whoever works on it.
    var later = stream.key
    later.sample = 43
    #expect(forward(rows: 1, from: x.rows(3..<4), key: later, samples: nil) == Array(all[3 * length..<4 * length]))
    #expect(
      forward(rows: 1, from: x.rows(3..<4), key: stream.key, samples: [43]) == Array(all[3 * length..<4 * length]))
    // The draws are the stream's words in order.
    var words = RandomStream(seed: 6, purpose: .dropout, epochOrStep: 12, sample: 40, layer: 2)
    let expected = (0..<length).map { _ in Double(words.next()) >= rate * 0x1p32 ? 1.0 : 0 }
    #expect(Array(kept[0..<length]) == expected)

    _ = forward(rows: rows, from: x, key: stream.key, samples: nil)
    let dy = randomTensor(x.shape, dtype, 2)
    let gradient = zip(dy.values, kept).map { $0 * $1 / (1 - rate) }
    let dx = Tensor(uninitialized: x.shape, dtype: dtype, pool: pool)
    ck_dropout_backward(
      dtype.kernelType, x.count, rate, mask.bytes.baseAddress!, dy.pointer, dx.pointer, false)
    expectClose(dx.values, gradient, dtype, ulps: 2)
    ck_dropout_backward(
      dtype.kernelType, x.count, rate, mask.bytes.baseAddress!, dy.pointer, dx.pointer, true)
    expectClose(dx.values, gradient.map { 2 * $0 }, dtype, ulps: 2)
  }

  /// Without a mask that is kept, from any block of the stream on.
  @Test(arguments: floatingTypes)
  func dropoutInPlace(_ dtype: DType) {
    let (rows, columns, rate) = (3, 521, 0.3)
    let x = randomTensor([rows, columns], dtype, 3)
    let before = x.values
    let stream = RandomStream(seed: 6, purpose: .dropout, epochOrStep: 12, sample: 40, layer: 2)
    ck_dropout_in_place(dtype.kernelType, rows, columns, rate, stream.key, 5, 140, x.pointer)
    var expected: [Double] = []
    for row in 0..<rows {
      var words = [UInt32](repeating: 0, count: columns)
      ck_random_words(stream.key, UInt64(4 * (5 + 140 * row)), columns, &words)
      for column in 0..<columns {
        let value = before[row * columns + column]
        expected.append(Double(words[column]) >= rate * 0x1p32 ? value / (1 - rate) : 0)
      }
    }
    expectClose(x.values, expected, dtype, ulps: 2)
    #expect(expected.contains(0) && !expected.allSatisfy { $0 == 0 })
  }
}
