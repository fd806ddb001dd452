import Autograd
import Tensors
import TestSupport
import Testing

/// Values and gradients against PyTorch's.
@Suite struct OperationGoldenTests {
  @Test func linear() throws {
    let reference = try golden("linear")
    let found = try difference(from: reference, inputs: ["x", "weight", "bias"]) {
      $0[0].linear(weight: $0[1], bias: $0[2])
    }
    #expect(found <= goldenTolerance)
  }

  @Test(arguments: [
    "plain", "stride", "dilation", "groups", "depthwise", "asymmetric", "pointwise", "patches",
  ])
  func convolution(name: String) throws {
    let reference = try golden("convolution/" + name)
    var window = ConvolutionWindow(kernelHeight: try reference.integer("kh"), kernelWidth: try reference.integer("kw"))
    (window.strideHeight, window.strideWidth) = (try reference.integer("sh"), try reference.integer("sw"))
    (window.dilationHeight, window.dilationWidth) = (try reference.integer("dh"), try reference.integer("dw"))
    window.padding = ImagePadding(
      top: try reference.integer("top"), left: try reference.integer("left"),
      bottom: try reference.integer("bottom"), right: try reference.integer("right"))
    window.groups = try reference.integer("groups")
    let inputs = ["x", "weight"] + (reference.tensors["bias"] == nil ? [] : ["bias"])
    // In float32 the sums of up to 60 products round; oneDNN and the matrix product each in their own order.
    let runs: [(DType, ConvolutionPlans.Backend, Double)] = [
      (.float64, .automatic, goldenTolerance), (.float32, .automatic, 3e-6), (.float32, .reference, 3e-6),
    ]
    for (dtype, backend, tolerance) in runs {
      let found = try difference(from: reference, inputs: inputs, dtype: dtype, backend: backend) {
        $0[0].convolution(
          weight: $0[1], bias: $0.count > 2 ? $0[2] : nil, window: window, fusingReLU: false)
      }
      #expect(found <= tolerance, "\(dtype) \(backend)")
    }
  }

  @Test func pooling() throws {
    var window = PoolingWindow(kernelHeight: 2, kernelWidth: 2)
    let small = window
    #expect(try difference(from: golden("max_pool/plain"), inputs: ["x"]) { $0[0].maxPool(small) } <= goldenTolerance)
    window.kernelWidth = 3
    window.strideWidth = 3
    let wide = window
    #expect(
      try difference(from: golden("average_pool/plain"), inputs: ["x"]) { $0[0].averagePool(wide) } <= goldenTolerance)
    window = PoolingWindow(kernelHeight: 3, kernelWidth: 3)
    (window.strideHeight, window.strideWidth) = (2, 2)
    window.padding = ImagePadding(height: 1, width: 1)
    let padded = window
    #expect(try difference(from: golden("max_pool/padded"), inputs: ["x"]) { $0[0].maxPool(padded) } <= goldenTolerance)
    #expect(
      try difference(from: golden("average_pool/padded"), inputs: ["x"]) { $0[0].averagePool(padded) }
        <= goldenTolerance)
    #expect(
      try difference(from: golden("average_pool/excluding"), inputs: ["x"]) {
        $0[0].averagePool(padded, countingPadding: false)
      } <= goldenTolerance)
    #expect(
      try difference(from: golden("global_average_pool"), inputs: ["x"]) { $0[0].globalAveragePool() }
        <= goldenTolerance)
  }

  @Test func flattening() throws {
    #expect(
      try difference(from: golden("flatten"), inputs: ["x"]) { $0[0].flattenedChannelsFirst() } <= goldenTolerance)
  }

  @Test(arguments: [Activation.relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu, .geluTanh, .silu])
  func activation(_ activation: Activation) throws {
    let reference = try golden("activation/" + activation.name)
    // The float kernels are polynomials, good to a few ulps.
    for (dtype, tolerance) in [(DType.float64, goldenTolerance), (.float32, 1e-6)] {
      let found = try difference(from: reference, inputs: ["x"], dtype: dtype) { $0[0].activated(by: activation) }
      #expect(found <= tolerance, "\(dtype)")
    }
  }

  @Test func softmax() throws {
    #expect(try difference(from: golden("softmax"), inputs: ["x"]) { $0[0].softmax() } <= goldenTolerance)
  }

  @Test(arguments: ["vector", "image"]) func batchNormTraining(name: String) throws {
    let reference = try golden("batch_norm/training/" + name)
    // Float32 accumulates rounding over the rows of a channel.
    for (dtype, tolerance) in [(DType.float64, goldenTolerance), (.float32, 5e-6)] {
      let found = try difference(from: reference, inputs: ["x", "weight", "bias"], dtype: dtype) {
        $0[0].batchNormalized(weight: $0[1], bias: $0[2], epsilon: 1e-3).output
      }
      #expect(found <= tolerance, "\(dtype)")
    }
  }

  @Test(arguments: ["vector", "image", "single"]) func batchNormEvaluation(name: String) throws {
    let reference = try golden("batch_norm/evaluation/" + name)
    let pool = StoragePool()
    let mean = try reference.tensor("running_mean", pool: pool)
    let variance = try reference.tensor("running_var", pool: pool)
    let found = try difference(from: reference, inputs: ["x", "weight", "bias"]) {
      $0[0].normalized(mean: mean, variance: variance, weight: $0[1], bias: $0[2], epsilon: 1e-3)
    }
    #expect(found <= goldenTolerance)
  }

  @Test(arguments: ["group_norm/1", "group_norm/2", "group_norm/3", "group_norm/6", "instance_norm"])
  func groupNorm(name: String) throws {
    let reference = try golden(name)
    let groups = try reference.integer("groups")
    for (dtype, tolerance) in [(DType.float64, goldenTolerance), (.float32, 5e-6)] {
      let found = try difference(from: reference, inputs: ["x", "weight", "bias"], dtype: dtype) {
        $0[0].groupNormalized(groups: groups, weight: $0[1], bias: $0[2], epsilon: 1e-3)
      }
      #expect(found <= tolerance, "\(dtype)")
    }
  }

  @Test(arguments: ["cross_entropy", "weighted", "smoothed", "binary", "squared"], [DType.float64, .float32])
  func loss(name: String, dtype: DType) throws {
    let reference = try golden("loss/" + name)
    let context = ExecutionContext()
    let tape = Tape(context: context)
    let x = tape.input(try reference.tensor("x", dtype: dtype, pool: context.pool), requiresGradient: true)
    let labels = try reference.tensor("labels", dtype: .int32, pool: context.pool)
    let weights = try reference.tensor("class_weights", pool: context.pool).values
    let loss =
      switch name {
      case "weighted": x.softmaxCrossEntropy(labels: labels, classWeights: weights)
      case "smoothed": x.softmaxCrossEntropy(labels: labels, smoothing: 0.1)
      case "binary": x.binaryCrossEntropy(labels: labels)
      case "squared": x.squaredError(labels: labels)
      default: x.softmaxCrossEntropy(labels: labels)
      }
    tape.backward(from: loss.sum)
    let expected = try reference.number("sum")
    let tolerance = dtype == .float64 ? goldenTolerance : 1e-6
    #expect(abs(loss.value - expected) <= tolerance * expected)
    #expect(abs(loss.sum.value[0] - expected) <= tolerance * expected)
    #expect(loss.weight == (try reference.number("weight")))
    #expect(Double(loss.correct) == (try reference.number("correct")))
    let gradient = try #require(x.gradient)
    let golden = try reference.tensor("gradient_x", dtype: dtype, pool: context.pool)
    #expect(relativeDifference(gradient, golden) <= tolerance)
  }
}
