import Tensors
import TestSupport
import Testing

/// The tolerance of the tests of products: wide enough for every order of addition, narrow enough to miss a term.
@Suite struct SumOfProductsTests {
  /// Float sums of float products: forwards, backwards, by magnitude, pairwise, and with fused products.
  private func sums(_ a: [Double], _ b: [Double]) -> [Double] {
    func plain(_ order: [Int]) -> Double {
      Double(order.reduce(Float(0)) { $0 + Float(a[$1]) * Float(b[$1]) })
    }
    func fused(_ order: [Int]) -> Double {
      Double(order.reduce(Float(0)) { $0.addingProduct(Float(a[$1]), Float(b[$1])) })
    }
    func pairwise(_ range: Range<Int>) -> Float {
      if range.count == 1 { return Float(a[range.lowerBound]) * Float(b[range.lowerBound]) }
      let middle = range.lowerBound + range.count / 2
      return pairwise(range.lowerBound..<middle) + pairwise(middle..<range.upperBound)
    }
    let forwards = Array(a.indices)
    let bySize = forwards.sorted { a[$0] * b[$0] < a[$1] * b[$1] }
    return [forwards, forwards.reversed(), bySize, bySize.reversed()].flatMap { [plain($0), fused($0)] }
      + [Double(pairwise(0..<a.count))]
  }

  @Test(arguments: [1, 2, 7, 300, 2500]) func everyOrderIsWithinIt(count: Int) {
    for number in 0..<5 as Range<UInt32> {
      let (a, b) = (
        randomTensor([count], .float32, 2 * number).values, randomTensor([count], .float32, 2 * number + 1).values
      )
      // Sorted sums are the worst case, as are sums of one sign; the first two orders are those of a kernel.
      expectClose(sums(a, b), Array(repeating: SumOfProducts(a, b), count: 9), .float32, signs: .any)
      expectClose(Array(sums(a, b)[..<4]), Array(repeating: SumOfProducts(a, b), count: 4), .float32)
      expectClose(sums(a, a), Array(repeating: SumOfProducts(a, a), count: 9), .float32, signs: .any)
    }
  }

  @Test(arguments: [1, 2, 7, 300, 2500], [SumOfProducts.Signs.any, .random])
  func aMissingTermIsNoticed(count: Int, signs: SumOfProducts.Signs) {
    let (a, b) = (randomTensor([count], .float32, 1).values, randomTensor([count], .float32, 2).values)
    let sum = SumOfProducts(a, b)
    let noticed = a.indices.filter { abs(a[$0] * b[$0]) > sum.tolerance(.float32, signs: signs) }
    #expect(noticed.count * 2 > count)
    // Of random signs, nearly every single one.
    if signs == .random { #expect(noticed.count * 100 >= count * 99) }
  }

  /// As bfloat16 and TensorFloat-32 would.
  @Test(arguments: [8, 11]) func fewerDigitsAreNoticed(digits: Int) {
    let (a, b) = (randomTensor([300], .float32, 1).values, randomTensor([300], .float32, 2).values)
    func rounded(_ value: Double) -> Double {
      let unit = Float(value).binade / Float(1 << (digits - 1))
      return Double((Float(value) / unit).rounded() * unit)
    }
    let found = zip(a, b).reduce(0) { $0 + rounded($1.0) * rounded($1.1) }
    let sum = SumOfProducts(a, b)
    #expect(abs(found - sum.value) > sum.tolerance(.float32, signs: .random))
  }

  @Test func isGammaTimesTheSumOfMagnitudes() {
    let unit = Double(Float.ulpOfOne) / 2
    var sum = SumOfProducts([2, -1], [3, 4])
    #expect(sum.value == 2)
    let two = 10 * 2 * unit / (1 - 2 * unit)
    #expect(abs(sum.tolerance(.float32, signs: .any) / two - 1) < 1e-6)
    #expect(sum.tolerance(.float32, signs: .random) == sum.tolerance(.float32, signs: .any))
    sum = sum.scaled(by: -3) + SumOfProducts([5], [1])
    #expect(sum.value == -1 && sum.magnitude == 35 && sum.roundings == 4)
    #expect(sum.tolerance(.float64, signs: .any) < sum.tolerance(.float32, signs: .any) * 1e-8)
    #expect(SumOfProducts().tolerance(.float32, signs: .any) == 0)
    #expect(sum.rectified.value == 0 && sum.rectified.magnitude == 35)
  }
}
