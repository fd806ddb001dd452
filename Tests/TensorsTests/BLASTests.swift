import CKernels
import TestSupport
import Testing

@testable import Tensors

@Suite struct BLASTests {
  @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 4, 33)], floatingTypes)
  func everyOrientation(_ size: (Int, Int, Int), _ dtype: DType) {
    let (m, n, k) = size
    for transposeA in [false, true] {
      for transposeB in [false, true] {
        let a = randomTensor(transposeA ? [k, m] : [m, k], dtype, 1)
        let b = randomTensor(transposeB ? [n, k] : [k, n], dtype, 2)
        let c = randomTensor([m, n], dtype, 3)
        let (x, y, before) = (a.values, b.values, c.values)
        let products = sumsOfProducts(
          rows: m, columns: n, inner: k, { x[transposeA ? $1 * m + $0 : $0 * k + $1] },
          { y[transposeB ? $1 * k + $0 : $0 * n + $1] })
        let expected = zip(products, before).map { $0.scaled(by: 0.5) + SumOfProducts([2], [$1]) }
        BLAS.multiply(a, transposeA: transposeA, b, transposeB: transposeB, into: c, alpha: 0.5, beta: 2)
        expectClose(c.values, expected, dtype)
      }
    }
  }

  /// Large results of thin factors go through oneDNN where there is one; every shape around the rule must agree with
  /// the same matrix product in double.
  @Test(arguments: [(512, 512, 5), (513, 530, 256), (511, 600, 7), (520, 515, 257)])
  func thinProducts(_ size: (Int, Int, Int)) {
    let (m, n, k) = size
    let (a, b, c) = (
      randomTensor([k, m], .float32, 1), randomTensor([k, n], .float32, 2), randomTensor([m, n], .float32, 3)
    )
    let expected = zip(sumsOfProducts(a, transposeA: true, b), c.values).map { $0 + SumOfProducts([1], [$1]) }
    BLAS.multiply(a, transposeA: true, b, into: c, beta: 1)
    expectClose(c.values, expected, .float32)
  }

  #if OneDNN
    @Test func whichProductsGoThroughOneDNN() {
      let plain = MatrixView(Tensor(zeros: [1, 1], pool: StoragePool()))
      let transposed = MatrixView(plain.pointer, stride: 1, transposed: true)
      func isForOneDNN(_ m: Int, _ n: Int, _ k: Int, _ a: MatrixView, _ b: MatrixView, hasAVX512: Bool) -> Bool {
        BLAS.isForOneDNN(m: m, n: n, k: k, a, b, hasAVX512: hasAVX512)
      }
      #expect(isForOneDNN(1024, 3072, 128, transposed, plain, hasAVX512: false))
      #expect(!isForOneDNN(1024, 3072, 1000, transposed, plain, hasAVX512: false))
      #expect(!isForOneDNN(128, 1024, 128, transposed, plain, hasAVX512: false))
      #expect(!isForOneDNN(1024, 3072, 128, plain, plain, hasAVX512: false))
      #expect(!isForOneDNN(1024, 3072, 128, plain, transposed, hasAVX512: false))
      #expect(isForOneDNN(1024, 3072, 16, transposed, plain, hasAVX512: true))
      #expect(!isForOneDNN(128, 3072, 64, transposed, plain, hasAVX512: true))
      #expect(isForOneDNN(16, 1024, 1024, plain, plain, hasAVX512: true))
      #expect(!isForOneDNN(16, 1024, 128, plain, plain, hasAVX512: true))
      #expect(isForOneDNN(128, 1024, 3072, plain, transposed, hasAVX512: true))
      #expect(isForOneDNN(1024, 3072, 128, transposed, plain, hasAVX512: true))
      #expect(!isForOneDNN(128, 50, 3072, plain, transposed, hasAVX512: true))
    }
  #endif

  @Test func betaZeroReadsNothing() {
    let (a, b) = (randomTensor([2, 2], .float32, 1), randomTensor([2, 2], .float32, 2))
    let c = Tensor([.nan, .nan, .nan, .nan], shape: [2, 2], pool: StoragePool())
    BLAS.multiply(a, b, into: c)
    #expect(c.values.allSatisfy { $0.isFinite })
  }

  @Test func noInnerElementsGiveZeros() {
    let pool = StoragePool()
    let (a, b) = (Tensor(zeros: [2, 0], pool: pool), Tensor(zeros: [0, 3], pool: pool))
    let c = randomTensor([2, 3], .float32, 1)
    BLAS.multiply(a, b, into: c)
    #expect(c.values == [0, 0, 0, 0, 0, 0])
  }

  @Test func slowKernelsOnAWideProcessorAreNamed() {
    #expect(BLAS.kernelWarning(coreName: "SkylakeX", hasAVX512: true, requestedCore: nil) == nil)
    #expect(BLAS.kernelWarning(coreName: "Haswell", hasAVX512: false, requestedCore: "Haswell") == nil)
    let warning = BLAS.kernelWarning(coreName: "Haswell", hasAVX512: true, requestedCore: "Haswell")
    #expect(warning?.contains("OPENBLAS_CORETYPE=Haswell") == true)
    let unnamed = BLAS.kernelWarning(coreName: "Zen", hasAVX512: true, requestedCore: nil)
    #expect(unnamed?.contains("Zen") == true && unnamed?.contains("OPENBLAS_CORETYPE") == false)
    #expect(!BLAS.coreName.isEmpty && BLAS.configuration.contains("OpenBLAS"))
  }
}
