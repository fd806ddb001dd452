import TestSupport
import Testing

@testable import Tensors

/// The sums of the definition, one at a time, in double.
private struct DirectConvolution {
  let g: ConvolutionGeometry

  /// Calls `body` with (input index, weight index, output index) for every product there is.
  func forEachProduct(_ body: (Int, Int, Int) -> Void) {
    let inputs = g.inputChannels / g.groups
    let outputs = g.outputChannels / g.groups
    for n in 0..<g.batch {
      for i in 0..<g.outputHeight {
        for j in 0..<g.outputWidth {
          for o in 0..<g.outputChannels {
            for r in 0..<g.kernelHeight {
              for s in 0..<g.kernelWidth {
                let row = i * g.strideHeight + r * g.dilationHeight - g.padding.top
                let column = j * g.strideWidth + s * g.dilationWidth - g.padding.left
                guard (0..<g.height).contains(row) && (0..<g.width).contains(column) else { continue }
                for c in 0..<inputs {
                  let channel = o / outputs * inputs + c
                  body(
                    ((n * g.height + row) * g.width + column) * g.inputChannels + channel,
                    ((o * g.kernelHeight + r) * g.kernelWidth + s) * inputs + c,
                    ((n * g.outputHeight + i) * g.outputWidth + j) * g.outputChannels + o)
                }
              }
            }
          }
        }
      }
    }
  }
}

private func geometry(
  _ batch: Int, _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, kernel: (Int, Int),
  stride: (Int, Int) = (1, 1), dilation: (Int, Int) = (1, 1), padding: ImagePadding = ImagePadding(), groups: Int = 1
) -> ConvolutionGeometry {
  ConvolutionGeometry(
    batch: batch, height: height, width: width, inputChannels: inputs, outputChannels: outputs,
    kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups)
}

private let geometries = [
  geometry(2, 5, 7, 3, 5, kernel: (3, 3), padding: ImagePadding(1)),
  geometry(3, 7, 5, 8, 16, kernel: (3, 3), padding: ImagePadding(1)),
  geometry(2, 8, 8, 16, 8, kernel: (3, 3), stride: (2, 2), padding: ImagePadding(1)),
  geometry(1, 9, 11, 5, 7, kernel: (3, 5), stride: (2, 3), padding: ImagePadding(top: 0, left: 2, bottom: 1, right: 3)),
  geometry(2, 11, 9, 4, 3, kernel: (3, 3), dilation: (2, 3), padding: ImagePadding(2)),
  geometry(3, 6, 6, 7, 13, kernel: (1, 1)),
  geometry(2, 7, 7, 8, 8, kernel: (1, 1), stride: (2, 2)),
  geometry(6, 8, 8, 4, 6, kernel: (1, 1), stride: (2, 2)),
  geometry(5, 8, 8, 3, 10, kernel: (4, 4), stride: (4, 4)),
  geometry(2, 6, 5, 6, 9, kernel: (3, 3), padding: ImagePadding(1), groups: 3),
  geometry(2, 6, 5, 16, 32, kernel: (3, 3), stride: (2, 1), padding: ImagePadding(1), groups: 2),
  geometry(2, 5, 5, 6, 8, kernel: (1, 1), groups: 2),
  geometry(3, 7, 6, 5, 5, kernel: (3, 3), padding: ImagePadding(1), groups: 5),
  geometry(2, 9, 9, 16, 16, kernel: (3, 3), stride: (2, 2), padding: ImagePadding(1), groups: 16),
  geometry(2, 6, 7, 3, 6, kernel: (2, 3), padding: ImagePadding(top: 1, left: 0, bottom: 0, right: 2), groups: 3),
  geometry(2, 6, 6, 4, 4, kernel: (3, 3), dilation: (2, 2), padding: ImagePadding(2), groups: 4),
  geometry(1, 2, 2, 3, 4, kernel: (3, 3), padding: ImagePadding(2)),
]

private let backends: [ConvolutionPlans.Backend] = [.automatic, .reference]

@Suite struct ConvolutionTests {
  @Test(arguments: geometries, floatingTypes)
  func forward(_ g: ConvolutionGeometry, _ dtype: DType) {
    let input = randomTensor(g.inputShape, dtype, 1)
    let weights = randomTensor(g.weightShape, dtype, 2)
    let bias = randomTensor([g.outputChannels], dtype, 3)
    var plain = [SumOfProducts](repeating: SumOfProducts(), count: g.outputShape.reduce(1, *))
    let (x, w) = (input.values, weights.values)
    DirectConvolution(g: g).forEachProduct { plain[$2].add(x[$0], w[$1]) }
    let biased = plain.enumerated().map { $1 + SumOfProducts([bias[$0 % g.outputChannels]], [1]) }
    for backend in backends {
      let convolution = Convolution(g, plans: ConvolutionPlans(pool: StoragePool(), backend: backend))
      let output = convolution.forward(input, weights: weights)
      #expect(output.shape == g.outputShape)
      expectClose(output.values, plain, dtype, "\(backend)")
      expectClose(
        convolution.forward(input, weights: weights, bias: bias).values, biased, dtype, "\(backend), bias")
      expectClose(
        convolution.forward(input, weights: weights, bias: bias, relu: true).values, biased.map(\.rectified), dtype,
        "\(backend), bias and ReLU")
      expectClose(
        convolution.forward(input, weights: weights, relu: true).values, plain.map(\.rectified), dtype,
        "\(backend), ReLU")
    }
  }

  @Test(arguments: geometries, floatingTypes)
  func backward(_ g: ConvolutionGeometry, _ dtype: DType) {
    let input = randomTensor(g.inputShape, dtype, 1)
    let weights = randomTensor(g.weightShape, dtype, 2)
    let gradient = randomTensor(g.outputShape, dtype, 4)
    var inputGradient = [SumOfProducts](repeating: SumOfProducts(), count: input.count)
    var weightGradient = [SumOfProducts](repeating: SumOfProducts(), count: weights.count)
    let (x, w, dy) = (input.values, weights.values, gradient.values)
    DirectConvolution(g: g).forEachProduct {
      inputGradient[$0].add(dy[$2], w[$1])
      weightGradient[$1].add(dy[$2], x[$0])
    }
    for backend in backends {
      let pool = StoragePool()
      let convolution = Convolution(g, plans: ConvolutionPlans(pool: pool, backend: backend))
      let dx = randomTensor(g.inputShape, dtype, 5)
      let dw = randomTensor(g.weightShape, dtype, 6)
      let dxSum = zip(dx.values, inputGradient).map { SumOfProducts([$0], [1]) + $1 }
      let dwSum = zip(dw.values, weightGradient).map { SumOfProducts([$0], [1]) + $1 }
      convolution.backwardData(gradient, weights: weights, into: dx, accumulate: true)
      expectClose(dx.values, dxSum, dtype, "\(backend), adding to the input's gradient")
      convolution.backwardData(gradient, weights: weights, into: dx)
      expectClose(dx.values, inputGradient, dtype, "\(backend), the input's gradient")
      convolution.backwardWeights(gradient, input: input, into: dw, accumulate: true)
      expectClose(dw.values, dwSum, dtype, "\(backend), adding to the weights' gradient")
      convolution.backwardWeights(gradient, input: input, into: dw)
      expectClose(dw.values, weightGradient, dtype, "\(backend), the weights' gradient")
    }
  }

  @Test func patchesOfManyImagesAreWorkedOnInSlabs() {
    // 33 · 32 · 32 patches of 27 doubles are more than one slab.
    let g = geometry(33, 32, 32, 3, 2, kernel: (3, 3), padding: ImagePadding(1))
    let plans = ConvolutionPlans(pool: StoragePool(), backend: .reference)
    let (input, weights) = (randomTensor(g.inputShape, .float64, 1), randomTensor(g.weightShape, .float64, 2))
    let gradient = randomTensor(g.outputShape, .float64, 3)
    let dw = Tensor(zeros: g.weightShape, dtype: .float64, pool: StoragePool())
    let output = Convolution(g, plans: plans).forward(input, weights: weights)
    Convolution(g, plans: plans).backwardWeights(gradient, input: input, into: dw)

    var outputs = [SumOfProducts](repeating: SumOfProducts(), count: output.count)
    var gradients = [SumOfProducts](repeating: SumOfProducts(), count: dw.count)
    let (x, w, dy) = (input.values, weights.values, gradient.values)
    DirectConvolution(g: g).forEachProduct {
      outputs[$2].add(x[$0], w[$1])
      gradients[$1].add(dy[$2], x[$0])
    }
    expectClose(output.values, outputs, .float64)
    expectClose(dw.values, gradients, .float64)
  }

  @Test func anEmptyBatchGivesNothingAndZeroGradients() {
    let g = geometry(0, 5, 5, 3, 4, kernel: (3, 3))
    let convolution = Convolution(g, plans: ConvolutionPlans(pool: StoragePool()))
    let (input, weights) = (randomTensor(g.inputShape, .float32, 1), randomTensor(g.weightShape, .float32, 2))
    let output = convolution.forward(input, weights: weights)
    #expect(output.shape == [0, 3, 3, 4])
    let dw = randomTensor(g.weightShape, .float32, 3)
    convolution.backwardWeights(output, input: input, into: dw)
    #expect(dw.values.allSatisfy { $0 == 0 })
  }

  @Test func theSteadyStateTakesNoMemory() {
    let pool = StoragePool()
    let plans = ConvolutionPlans(pool: pool)
    let g = geometry(2, 9, 9, 16, 16, kernel: (3, 3), padding: ImagePadding(1))
    let (input, weights) = (
      randomTensor(g.inputShape, .float32, 1, pool: pool), randomTensor(g.weightShape, .float32, 2, pool: pool)
    )
    func step() {
      let output = Convolution(g, plans: plans).forward(input, weights: weights)
      let dx = Tensor(uninitialized: g.inputShape, pool: pool)
      let dw = Tensor(uninitialized: g.weightShape, pool: pool)
      Convolution(g, plans: plans).backwardData(output, weights: weights, into: dx)
      Convolution(g, plans: plans).backwardWeights(output, input: input, into: dw)
    }
    step()
    let misses = pool.statistics.misses
    for _ in 0..<3 { step() }
    #expect(pool.statistics.misses == misses)
    #expect(pool.statistics.hits > 0)
  }

  #if OneDNN
    @Test func usualShapesRunInOneDNN() {
      let plans = ConvolutionPlans(pool: StoragePool())
      for passes in [ConvolutionPlan.Pass.forward, .backwardData, .backwardWeights] {
        let g = geometry(8, 16, 16, 16, 32, kernel: (3, 3), padding: ImagePadding(1))
        let plan = plans.plan(for: g, passes, dtype: .float32)
        #expect(plan != nil)
        #expect(plans.plan(for: g, passes, dtype: .float32) === plan)
        #expect(plans.plan(for: g, passes, dtype: .float64) == nil)
      }
    }
  #endif
}
