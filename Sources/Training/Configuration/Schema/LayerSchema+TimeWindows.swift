import Configuration
import NeuralNetworks

/// Layers that move a window over time.
extension LayerSchema {
  static var timeWindows: [Form] {
    [
      convolution1D,
      pool1D("max_pool1d", "The largest value of each window over time, for each channel.") {
        .maxPool1D($0)
      } take: {
        if case .maxPool1D(let pool) = $0 { pool } else { nil }
      },
      pool1D("average_pool1d", "The mean of each window over time, for each channel.") {
        .averagePool1D($0)
      } take: {
        if case .averagePool1D(let pool) = $0 { pool } else { nil }
      },
    ]
  }

  private static var convolution1D: Form {
    Form(
      "conv1d",
      "Convolution over the time of a sequence. A sequence that a batch pads gives what it would give alone.",
      template: Convolution1DSpecification(filters: 1, kernel: 1),
      fields: [
        Field("filters", \.filters, .size(), required: true, "Number of output channels."),
        Field("kernel", \.kernel, .size(), required: true, "Places in a window."),
        Field("stride", \.stride, .size(), "Places from one window to the next."),
        Field(
          "padding", \.padding, .timePadding,
          "Zeros around the sequence: none, as many as keep ⌈time / stride⌉, in front only so that no output sees "
            + "what comes after it, or this many on both sides."),
        Field("dilation", \.dilation, .size(), "Places between a window's elements."),
        Field("groups", \.groups, .count(or: "depthwise"), "As for `conv`."),
        Field("bias", \.bias, .truth, "Adds a learned constant to each channel."),
        Field("initializer", \.initializer, .initializer, "How the weights start; biases start at 0."),
      ],
      apply: { $1 = .convolution1D($0) }, take: { if case .convolution1D(let keys) = $0 { keys } else { nil } })
  }

  private static func pool1D(
    _ name: String, _ meaning: String, make: @escaping @Sendable (Pooling1DSpecification) -> LayerSpecification,
    take: @escaping @Sendable (LayerSpecification) -> Pooling1DSpecification?
  ) -> Form {
    struct Keys {
      var kernel = 1
      var stride: Int?
      var padding = TimePadding.valid
    }
    return Form(
      name, meaning, shorthand: "kernel", template: Keys(),
      fields: [
        Field("kernel", \.kernel, .size(), required: true, "Places in a window."),
        Field(
          "stride", \.stride, Codec.size().optional, defaultText: "the kernel",
          "Places from one window to the next."),
        Field("padding", \.padding, .timePadding, "As for `conv1d`."),
      ],
      apply: { keys, layer in
        var pool = Pooling1DSpecification(kernel: keys.kernel, stride: keys.stride)
        pool.padding = keys.padding
        layer = make(pool)
      },
      take: { take($0).map { Keys(kernel: $0.kernel, stride: $0.stride, padding: $0.padding) } })
  }
}

extension Codec where Value == TimePadding {
  static var timePadding: Codec {
    let amount = Codec<Int>.size(atLeast: 0)
    let type = "valid, same, causal or integer ≥ 0"
    let words: [(String, TimePadding)] = [("valid", .valid), ("same", .same), ("causal", .causal)]
    return Codec(
      type: type,
      decode: { node, path, context in
        if case .scalar(let text, quoted: false) = node.content {
          if let value = NumberText.integer(text), (0...SchemaInteger.largest).contains(value) {
            return .symmetric(value)
          }
          if let word = words.first(where: { $0.0 == text }) { return word.1 }
          let nearest = context.nearestWord(text, in: words.map(\.0))
          let hint = nearest.map { "did you mean '\($0)'?" } ?? SchemaInteger.hint(text)
          context.mismatch(node, path: path, expected: type, hint: hint)
          return nil
        }
        context.mismatch(node, path: path, expected: type)
        return nil
      },
      encode: { padding in
        if case .symmetric(let value) = padding { return amount.encode(value) }
        guard let word = words.first(where: { $0.1 == padding })?.0 else {
          preconditionFailure("no word for the padding \(padding)")
        }
        return YAMLNode(plain: word)
      })
  }
}
