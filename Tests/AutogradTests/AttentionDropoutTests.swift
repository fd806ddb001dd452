import Autograd
import Tensors
import TestSupport
import Testing

/// Dropout of attention's probabilities.
@Suite struct AttentionDropoutTests {
  private let pool = StoragePool()
  private let dropout = AttentionDropout(
    rate: 0.4, key: DropoutKey(seed: 3, step: 7, firstSample: 11, layer: 2))

  private func tensor(_ shape: [Int], dtype: DType = .float64) -> Tensor {
    var random = TestRandom(seed: 41)
    return random.tensor(shape, scale: 1.5, dtype: dtype, pool: pool)
  }

  @Test(arguments: [false, true], [nil, [4, 7]] as [[Int]?])
  func gradients(causal: Bool, lengths: [Int]?) {
    for blockRows in [3, 64] {
      let check = GradientCheck.of([tensor([2, 7, 18])], pool: pool) {
        $1[0].selfAttention(heads: 2, causal: causal, lengths: lengths, dropout: dropout, blockRows: blockRows)
      }
      #expect(check.largestError <= gradientTolerance, "blocks of \(blockRows): \(check.worst)")
    }
    let check = GradientCheck.of([tensor([2, 5, 12])], pool: pool) { _, v in
      v[0].selfAttention(heads: 2, causal: causal, dropout: dropout, blockRows: 2) * v[0].channels(0..<4)
    }
    #expect(check.largestError <= gradientTolerance, "\(check.worst)")
  }

  /// Values that are one at their own time step alone make probabilities visible: each is dropped, or scaled up.
  @Test(arguments: [DType.float64, .float32], [false, true])
  func probabilities(dtype: DType, causal: Bool) {
    let (time, heads, batch) = (13, 2, 3)
    let x = tensor([batch, time, 3 * heads * time], dtype: dtype)
    for row in 0..<batch * time {
      for head in 0..<heads {
        for timeStep in 0..<time {
          x[(row * 3 + 2) * heads * time + head * time + timeStep] = row % time == timeStep ? 1 : 0
        }
      }
    }
    func output(_ dropout: AttentionDropout?, blockRows: Int = 64, samples: Range<Int>? = nil) -> [Double] {
      let tape = Tape(context: ExecutionContext(pool: pool), recording: false)
      return tape.input(samples.map(x.rows) ?? x)
        .selfAttention(heads: heads, causal: causal, dropout: dropout, blockRows: blockRows).value.values
    }
    let (whole, dropped) = (output(nil), output(dropout))
    var (zeros, seen) = (0, 0)
    for (p, d) in zip(whole, dropped) where p != 0 {
      seen += 1
      if d == 0 { zeros += 1 } else { #expect(abs(d - p / 0.6) <= 1e-5 * p) }
    }
    #expect(abs(Double(zeros) / Double(seen) - 0.4) < 5 * (0.24 / Double(seen)).squareRoot())
    #expect(zip(whole, dropped).allSatisfy { $0.0 != 0 || $0.1 == 0 })

    // Neither blocks nor shards change what is dropped.
    let pattern = dropped.map { $0 == 0 }
    for blockRows in [1, 4] { #expect(output(dropout, blockRows: blockRows).map { $0 == 0 } == pattern) }
    var later = dropout.key
    later.firstSample += 1
    let rest = output(AttentionDropout(rate: 0.4, key: later), samples: 1..<3)
    #expect(rest == Array(dropped.suffix(rest.count)))

    // Heads, rows and samples draw on their own.
    let rows = (0..<batch * time).flatMap { row in
      (0..<heads).map { Array(pattern[(row * heads + $0) * time..<(row * heads + $0 + 1) * time]) }
    }
    if !causal { #expect(Set(rows).count > rows.count * 9 / 10) }
  }
}
