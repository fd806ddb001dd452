import Autograd
import CKernels
import Tensors
import TestSupport
import Testing

/// The checker itself: a check that cannot fail is worth nothing.
@Suite struct GradientCheckTests {
  private let pool = StoragePool()

  private func vector(_ count: Int) -> Tensor {
    var random = TestRandom(seed: 5)
    return random.tensor([count], gap: 0.2, pool: pool)
  }

  /// x², with a gradient of `factor`·x.
  private func square(_ x: Variable, factor: Double) -> Variable {
    let output = Tensor(x.value.values.map { $0 * $0 }, shape: x.shape, dtype: .float64, pool: pool)
    return x.tape.record(output, inputs: [x]) { gradient in
      let values = zip(gradient.values, x.value.values).map { $0 * factor * $1 }
      x.tape.addGradient(Tensor(values, shape: x.shape, dtype: .float64, pool: x.tape.pool), to: x)
    }
  }

  @Test func acceptsTheRightGradient() {
    let check = GradientCheck.of([vector(7)], pool: pool) { square($1[0], factor: 2) }
    #expect(check.largestError < 1e-9)
    #expect(check.compared == 7)
  }

  @Test(arguments: [1.0, 1.99999, 2.00001, -2.0, 0.0]) func rejectsAWrongGradient(factor: Double) {
    let check = GradientCheck.of([vector(7)], pool: pool) { square($1[0], factor: factor) }
    #expect(check.largestError > gradientTolerance)
  }

  @Test func rejectsAGradientThatNeverArrives() {
    let check = GradientCheck.of([vector(3), vector(3)], pool: pool) { _, x in x[0] + x[0] }
    #expect(check.largestError == .infinity)
  }

  @Test func rejectsNaN() {
    let check = GradientCheck.of([vector(3)], pool: pool) { square($1[0], factor: .nan) }
    #expect(!(check.largestError <= gradientTolerance))
  }

  @Test func restoresWhatItMoves() {
    let x = vector(5)
    let before = x.values
    _ = GradientCheck.of([x], pool: pool) { square($1[0], factor: 2) }
    #expect(x.values == before)
  }
}
