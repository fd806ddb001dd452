import Configuration
import NeuralNetworks
import Testing

/// Messages about layers that do not fit together.
@Suite struct ModelErrorTests {
  private static let image = [8, 8, 6]

  private func message(
    _ layers: [LayerSpecification], inputShape: [Int] = image, outputs: Int? = nil, vocabulary: Int? = nil
  ) -> String {
    do throws(ModelError) {
      let model = try Model(layers, inputShape: inputShape, outputs: outputs, vocabulary: vocabulary)
      return "built with outputs \(model.outputShape)"
    } catch {
      return "\(error)"
    }
  }

  @Test func linearBehindAnImage() {
    #expect(
      message([.activation(.relu), linear(10)])
        == """
        layer 1 (linear): requires a vector, but gets an image of 8×8×6 [height, width, channels]; \
        put flatten or global_average_pool in front of it
        """)
  }

  @Test func imageLayersBehindAVector() {
    for layer in [convolution(4, 3), .maxPool(ImagePool.Window(kernel: Extent(2)))] {
      #expect(
        message([.flatten, layer])
          == """
          layer 1 (\(layer.name)): requires an image [height, width, channels], but gets a vector of 384; \
          move it in front of the layer that flattens the image
          """)
    }
  }

  @Test func windowsLargerThanTheImage() {
    #expect(
      message([convolution(4, 3, stride: 2), .maxPool(ImagePool.Window(kernel: Extent(4)))])
        == """
        layer 1 (max_pool): a 4×4 window does not fit its input 3×3×4; \
        use a smaller window, global_average_pool, or less striding and pooling in front of it
        """)
    #expect(
      message([convolution(4, 9)])
        == """
        layer 0 (conv): a 9×9 kernel does not fit its input 8×8×6; \
        use a smaller kernel, padding, or less striding and pooling in front of it
        """)
  }

  @Test func paddingOfMoreThanHalfAWindow() {
    var pooling = ImagePool.Window(kernel: Extent(2))
    pooling.padding = .symmetric(Extent(height: 1, width: 2))
    #expect(
      message([.averagePool(pooling)])
        == "layer 0 (average_pool): padding 1×2 is more than half of its 2×2 window; use at most half of the window")
  }

  @Test func groupsThatDoNotDivide() {
    #expect(
      message([convolution(8, 3, groups: 4)])
        == """
        layer 0 (conv): 4 groups do not divide the 6 channels of its input 8×8×6; \
        use a number of groups that divides both channels and filters
        """)
    #expect(
      message([convolution(8, 3, groups: nil)])
        == """
        layer 0 (conv): 6 groups do not divide its 8 filters; \
        use a number of filters that is a multiple of the groups
        """)
  }

  @Test func branchesOfDifferentShapes() {
    #expect(
      message([.activation(.relu), .residual(body: [convolution(4, 3, stride: 2)], shortcut: [])])
        == """
        layer 1 (residual): the body gives 3×3×4, the shortcut 8×8×6; give it a shortcut that changes the shape, \
        such as a 1×1 conv with the body's filters and stride
        """)
    #expect(
      message([.residual(body: [convolution(4, 3)], shortcut: [convolution(4, 1, stride: 2)])])
        == "layer 0 (residual): the body gives 6×6×4, the shortcut 4×4×4; make both give the same shape")
    #expect(
      message([.parallel(branches: [[convolution(4, 3, padding: .same)], [convolution(4, 3)]])])
        == """
        layer 0 (parallel): branch 0 gives 8×8×4, branch 1 gives 6×6×4; \
        all branches must give one height and width; only channels may differ
        """)
    #expect(message([.parallel(branches: [])]) == "layer 0 (parallel): has no branches; list at least one")
  }

  @Test func sequences() {
    let embedding = LayerSpecification.embedding(Embedding.Settings(width: 4))
    #expect(
      message([embedding], inputShape: [5])
        == "layer 0 (embedding): the number of different tokens is not known; write vocabulary: with their number")
    #expect(
      message([embedding])
        == """
        layer 0 (embedding): requires the numbers of tokens [time], but gets 8×8×6; \
        make it the model's first layer, on data of tokens
        """)
    #expect(
      message([.oneHot], inputShape: [5])
        == "layer 0 (one_hot): the number of different tokens is not known; it goes with data of tokens")
    let table = LayerSpecification.embedding(Embedding.Settings(vocabulary: 7, width: 4))
    #expect(message([table, .oneHot], inputShape: [5]).hasPrefix("layer 1 (one_hot): requires the numbers of tokens"))
    #expect(message([table, linear(3), relu], inputShape: [5]) == "built with outputs [5, 3]")
    #expect(
      message([table, convolution(4, 3)], inputShape: [5])
        == """
        layer 1 (conv): requires an image [height, width, channels], but gets a sequence of 5×4 [time, channels]; \
        over sequences use conv1d, max_pool1d or average_pool1d
        """)
  }

  @Test func recurrentLayers() {
    let table = LayerSpecification.embedding(Embedding.Settings(vocabulary: 7, width: 4))
    var lstm = Recurrent.Settings(.lstm, size: 6)
    lstm.bidirectional = true
    #expect(message([table, .recurrent(lstm)], inputShape: [5]) == "built with outputs [5, 12]")
    lstm.last = true
    #expect(message([table, .recurrent(lstm)], inputShape: [5]) == "built with outputs [12]")
    let hint = "put an embedding in front of it, and last: true only into the last recurrent layer"
    #expect(
      message([table, .recurrent(lstm), .recurrent(lstm)], inputShape: [5])
        == "layer 2 (lstm): requires a sequence [time, channels], but gets a vector of 12; \(hint)")
    #expect(
      message([.recurrent(lstm)])
        == "layer 0 (lstm): requires a sequence [time, channels], but gets an image of 8×8×6; \(hint)")
    lstm.layers = 0
    #expect(
      message([table, .recurrent(lstm)], inputShape: [5])
        == "layer 1 (lstm): the number of layers is 0; it must be at least 1")
    lstm.layers = 2
    lstm.dropout = 1
    #expect(
      message([table, .recurrent(lstm)], inputShape: [5])
        == "layer 1 (lstm): the dropout is 1.0; it must be at least 0 and below 1")
  }

  @Test func layersInsideOthersAreNamed() {
    let inner: [LayerSpecification] = [convolution(4, 3, padding: .same), linear(3)]
    let hint = "put flatten or global_average_pool in front of it"
    let problem = "requires a vector, but gets an image of 8×8×4 [height, width, channels]"
    #expect(
      message([.activation(.relu), .residual(body: inner, shortcut: [])])
        == "layer 1.body.1 (linear): \(problem); \(hint)")
    #expect(message([.parallel(branches: [[], inner])]) == "layer 0.branches.1.1 (linear): \(problem); \(hint)")
  }

  @Test func noOutputs() {
    #expect(
      message([
        .architecture(.visionTransformer(VisionTransformer(patch: 4, width: 8, blocks: 2, heads: 2)), outputs: 0)
      ])
        == "layer 0 (vit): the number of outputs is 0; it must be at least 1")
    #expect(
      message([.flatten, linear(0)]) == "layer 1 (linear): the number of outputs is 0; it must be at least 1")
  }

  @Test func outputsThatAreNotTheClasses() {
    #expect(
      message([.flatten, linear(7)], outputs: 10)
        == "layer 1 (linear): gives 7 outputs, but the data have 10 classes; end the model with linear: classes")
    #expect(
      message([convolution(10, 3)], outputs: 10)
        == """
        layer 0 (conv): gives 6×6×10 outputs, but the data have 10 classes; \
        put flatten or global_average_pool in front of linear: classes
        """)
    #expect(
      message([], outputs: 10)
        == """
        the model: gives 8×8×6 outputs, but the data have 10 classes; \
        put flatten or global_average_pool in front of linear: classes
        """)
    let sized = LayerSpecification.linear(outputs: nil, bias: true, initializer: .heNormal)
    #expect(message([.flatten, sized], outputs: 10) == "built with outputs [10]")
    #expect(
      message([.flatten, sized])
        == "layer 1 (linear): takes its outputs from the data, which have no classes; give it a number")
    #expect(message([.flatten, linear(10)], outputs: 10) == "built with outputs [10]")
  }

  /// Sizes that are allowed one by one, but not together.
  @Test func tensorsTooLarge() {
    let limit = "more than a tensor may have (68719476736); use smaller sizes"
    let large = 2_000_000_000
    #expect(
      message([convolution(4, 3, padding: .symmetric(Extent(large)))])
        == "layer 0 (conv): gives 4000000006×4000000006×4 numbers, \(limit)")
    #expect(
      message([convolution(large, large, padding: .symmetric(Extent(large)))])
        == "layer 0 (conv): has a weight of 2000000000×2000000000×2000000000×6 numbers, \(limit)")
    #expect(
      message([.flatten, linear(large)])
        == "layer 1 (linear): has a weight of 2000000000×384 numbers, \(limit)")
    #expect(
      message([], inputShape: [1_000_000_000_000])
        == "the model: takes samples of 1000000000000 numbers, \(limit)")
    let table = LayerSpecification.embedding(Embedding.Settings(vocabulary: 7, width: large))
    #expect(message([table], inputShape: [40]) == "layer 0 (embedding): gives 40×2000000000 numbers, \(limit)")
    let small = LayerSpecification.embedding(Embedding.Settings(vocabulary: 7, width: 4))
    #expect(
      message([small, .recurrent(Recurrent.Settings(.lstm, size: large))], inputShape: [5])
        == "layer 1 (lstm): has weights of 1×8000000000×4000000000 numbers, \(limit)")
    var gpt = GPT(blocks: 2, heads: 1, width: large, context: 8)
    gpt.positions = .learned
    #expect(message([.architecture(.gpt(gpt), outputs: 9)], inputShape: [5], vocabulary: 9).hasSuffix(limit))
    let vit = VisionTransformer(patch: 4, width: large, blocks: 2, heads: 1)
    #expect(message([.architecture(.visionTransformer(vit), outputs: 9)]).hasSuffix(limit))
  }

  @Test func sizesOutOfRange() {
    #expect(
      message([.flatten, linear(0)])
        == "layer 1 (linear): the number of outputs is 0; it must be at least 1")
    #expect(
      message([convolution(4, 3, stride: 0)]) == "layer 0 (conv): the stride is 0×0; both sizes must be at least 1")
    #expect(
      message([.dropout(rate: 1)]) == "layer 0 (dropout): the rate is 1.0; it must be at least 0 and below 1")
  }
}
