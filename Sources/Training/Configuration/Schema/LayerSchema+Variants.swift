import Configuration
import NeuralNetworks

extension LayerSchema {
  typealias Form = Variant<LayerSpecification>

  static var linear: Form {
    struct Keys {
      var outputs: Int? = 1
      var bias = true
      var initializer = Initializer.heNormal
    }
    return Form(
      "linear", "y = W·x + b on features.", shorthand: "outputs", template: Keys(),
      fields: [
        Field(
          "outputs", \.outputs, .count(or: "classes"), required: true, example: "outputs: 300 or outputs: classes",
          "Number of outputs; `classes` takes that of the data: their classes or, where the next token of a text is predicted, "
            + "the tokens of the vocabulary."),
        Field("bias", \.bias, .truth, "Adds a learned constant."),
        Field(
          "initializer", \.initializer, .initializer,
          "How the weights start, `{fan_in: gain}` being normal with variance gain / fan-in; biases start at 0."),
      ],
      apply: { $1 = .linear(outputs: $0.outputs, bias: $0.bias, initializer: $0.initializer) },
      take: { layer in
        guard case .linear(let outputs, let bias, let initializer) = layer else { return nil }
        return Keys(outputs: outputs, bias: bias, initializer: initializer)
      })
  }

  static var convolution: Form {
    Form(
      "conv", "Two-dimensional convolution (cross-correlation, as everywhere in the field).",
      template: ConvolutionSpecification(filters: 1, kernel: Extent(1)),
      fields: [
        Field("filters", \.filters, .size(), required: true, "Number of output channels."),
        Field("kernel", \.kernel, .extent(atLeast: 1), required: true, "Size of the window."),
        Field("stride", \.stride, .extent(atLeast: 1), "Steps between windows."),
        Field(
          "padding", \.padding, .padding,
          "Zeros around the image: none, as many as keep ⌈size / stride⌉, or this many on both sides."),
        Field("dilation", \.dilation, .extent(atLeast: 1), "Steps between a window's elements."),
        Field(
          "groups", \.groups, .count(or: "depthwise"),
          "Cuts the channels into groups; `depthwise` makes one of each channel."),
        Field("bias", \.bias, .truth, "Adds a learned constant to each channel."),
        Field("initializer", \.initializer, .initializer, "How the weights start; biases start at 0."),
      ],
      apply: { $1 = .convolution($0) }, take: { if case .convolution(let keys) = $0 { keys } else { nil } })
  }

  static var batchNorm: Form {
    Form(
      "batch_norm",
      "Normalises each feature or channel over the samples of a shard or, with `sync`, of the global batch (Ioffe and "
        + "Szegedy, 2015).",
      template: BatchNormSpecification(),
      fields: [
        Field(
          "momentum", \.momentum, .number("number in (0, 1]") { $0 > 0 && $0 <= 1 },
          "Share of the new batch in the running averages."),
        Field("epsilon", \.epsilon, .positive, "Added to the variance."),
        Field("sync", \.sync, .truth, syncMeaning),
      ],
      apply: { $1 = .batchNorm($0) }, take: { if case .batchNorm(let keys) = $0 { keys } else { nil } })
  }

  static let syncMeaning =
    "Statistics of the global batch, the same on any number of workers. All shards of a worker are then computed side "
    + "by side, so their activations are in memory at once, and workers meet twice a layer and step."

  static func pool(
    _ name: String, _ meaning: String, make: @escaping @Sendable (PoolingSpecification) -> LayerSpecification,
    take: @escaping @Sendable (LayerSpecification) -> PoolingSpecification?
  ) -> Form {
    struct Keys {
      var kernel = Extent(1)
      var stride: Extent?
      var padding = Padding.valid
    }
    return Form(
      name, meaning, shorthand: "kernel", template: Keys(),
      fields: [
        Field("kernel", \.kernel, .extent(atLeast: 1), required: true, "Size of the window."),
        Field(
          "stride", \.stride, Codec.extent(atLeast: 1).optional, defaultText: "the kernel", "Steps between windows."),
        Field("padding", \.padding, .padding, "As for `conv`."),
      ],
      apply: { keys, layer in
        var pool = PoolingSpecification(kernel: keys.kernel, stride: keys.stride)
        pool.padding = keys.padding
        layer = make(pool)
      },
      take: { take($0).map { Keys(kernel: $0.kernel, stride: $0.stride, padding: $0.padding) } })
  }

  static var dropout: Form {
    struct Keys { var rate = 0.5 }
    return Form(
      "dropout", "Sets a share of the values to zero in training and scales the rest up.", shorthand: "rate",
      template: Keys(),
      fields: [Field("rate", \.rate, .share, "Share of values that become zero.")],
      apply: { $1 = .dropout(rate: $0.rate) },
      take: { if case .dropout(let rate) = $0 { Keys(rate: rate) } else { nil } })
  }

  static var residual: Form {
    struct Keys {
      var body: [LayerSpecification] = []
      var shortcut: [LayerSpecification] = []
    }
    return Form(
      "residual", "body(x) + shortcut(x).", shorthand: "body", template: Keys(),
      fields: [
        Field("body", \.body, codec.list("layers", atLeast: 1), required: true, "Layers of the residual branch."),
        Field("shortcut", \.shortcut, codec.list("layers"), "Layers beside it; an empty list passes x on."),
      ],
      apply: { $1 = .residual(body: $0.body, shortcut: $0.shortcut) },
      take: { layer in
        guard case .residual(let body, let shortcut) = layer else { return nil }
        return Keys(body: body, shortcut: shortcut)
      })
  }

  static var parallel: Form {
    struct Keys { var branches: [[LayerSpecification]] = [] }
    return Form(
      "parallel", "Gives x to every branch and concatenates their outputs along channels.", shorthand: "branches",
      template: Keys(),
      fields: [
        Field(
          "branches", \.branches, codec.list("layers").list("lists of layers", atLeast: 1), required: true,
          "The branches; an empty list passes x on.")
      ],
      apply: { $1 = .parallel(branches: $0.branches) },
      take: { if case .parallel(let branches) = $0 { Keys(branches: branches) } else { nil } })
  }

  static func bare(_ name: String, _ meaning: String, _ layer: LayerSpecification) -> Form {
    Form(name, meaning, apply: { $0 = layer }, matches: { $0 == layer })
  }
}
