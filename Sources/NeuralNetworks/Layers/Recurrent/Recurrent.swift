import Autograd
import Configuration
import Tensors

/// A stack of recurrent layers: input `[batch, time, channels]`, output `[batch, time, hidden]` or, with the last
/// step only, `[batch, hidden]`; if bidirectional, twice `hidden`: forward states, then backward ones.
///
/// Parameters are named and laid out as in PyTorch: `weight_ih_l0` `[gates · hidden, inputs]`, `weight_hh_l0`
/// `[gates · hidden, hidden]`, `bias_ih_l0`, `bias_hh_l0`, with the suffix `_reverse` in the backward direction. Without
/// an initialiser all start uniform in ±1/√hidden. Layer normalisation inside the cell adds gains that start
/// at one (`norm_ih_l0`, `norm_hh_l0`, `norm_c_l0`), and all shifts start at zero.
///
/// If samples have lengths, a backward direction begins at a sample's last valid time step, whose state is the last one
/// (PyTorch's packed sequences).
///
/// With `ForwardPass.carriedState` a pass continues from the state of the one before it, in forward directions only.
public final class Recurrent: PartwiseLayer {
  public let path: String
  public let name: String
  public let outputShape: [Int]
  public let settings: Settings
  public let parameters: [Parameter]
  /// One list for each layer of the stack, with one entry for each direction.
  private let levels: [[RecurrentDirection]]
  private let time: Int
  /// One between each two layers of the stack.
  private let dropoutOrdinals: [UInt32]

  init(path: String, inputShape: [Int], settings: Settings, builder: ModelBuilder) {
    let hidden = settings.size
    let directions = settings.bidirectional ? 2 : 1
    (self.path, self.settings, name, time) = (path, settings, settings.kind, inputShape[0])
    outputShape = (settings.last ? [] : [inputShape[0]]) + [directions * hidden]
    levels = (0..<settings.layers).map { level in
      (0..<directions).map { direction in
        RecurrentDirection(
          path: path, level: level, isReversed: direction == 1,
          inputs: level == 0 ? inputShape[1] : directions * hidden,
          settings: settings, builder: builder)
      }
    }
    parameters = levels.flatMap { $0.flatMap(\.parameters) }
    dropoutOrdinals = (1..<max(1, settings.layers)).map { _ in builder.takeOrdinal() }
  }

  public var carriedStates: [(name: String, width: Int)] {
    (0..<settings.layers).flatMap { level in
      (settings.cell == .lstm ? ["h", "c"] : ["h"]).map { ("\($0)_l\(level)", settings.size) }
    }
  }

  public var multiplyAdds: Int {
    saturatingProduct(time, parameters.filter { $0.shape.count == 2 }.reduce(0) { $0 + $1.count })
  }

  public func forward(_ x: Variable, _ pass: ForwardPass) -> Variable {
    var x = x
    for (index, level) in levels.enumerated() {
      let isLast = index == levels.count - 1
      x = Variable.concatenatingChannels(
        level.map { direction in
          let lastOnly = isLast && settings.last
          return pass.lengths.map { run(direction, on: x, pass, lengths: $0, lastOnly: lastOnly) }
            ?? run(direction, on: x, pass, lastOnly: lastOnly)
        })
      if !isLast, settings.dropout > 0, pass.mode == .training {
        x = x.dropout(rate: settings.dropout, key: pass.dropoutKey(dropoutOrdinals[index]))
      }
    }
    if settings.last { pass.lengths = nil }
    return x
  }

  /// Padding is computed but not used: it follows the valid time steps, also in a backward direction, whose sequences
  /// are reversed.
  private func run(
    _ direction: RecurrentDirection, on x: Variable, _ pass: ForwardPass, lengths: [Int], lastOnly: Bool
  ) -> Variable {
    precondition(pass.carriedState == nil, "state is carried between sequences of one length only")
    let input = direction.isReversed ? x.reversedInTime(lengths: lengths) : x
    let states = direction.run(on: input, reversed: false, lastOnly: false).output
    if lastOnly { return states.lastTimeStep(lengths: lengths) }
    return direction.isReversed ? states.reversedInTime(lengths: lengths) : states
  }

  private func run(
    _ direction: RecurrentDirection, on x: Variable, _ pass: ForwardPass, lastOnly: Bool
  ) -> Variable {
    let state = direction.isReversed ? nil : pass.carriedState
    let (hidden, cell) = ("h" + direction.suffix, "c" + direction.suffix)
    let initial = state?[path, hidden].map { RecurrentStep(hidden: $0, cell: state?[path, cell]) }
    let (output, final) = direction.run(
      on: x, from: initial, reversed: direction.isReversed, lastOnly: lastOnly, returnsFinal: state != nil)
    if let state, let final {
      state[path, hidden] = final.hidden
      if let last = final.cell { state[path, cell] = last }
    }
    return output
  }
}

extension Recurrent {
  /// A stack of recurrent layers of one kind.
  public struct Settings: LayerSettings {
    public var cell: RecurrentCell
    public var size: Int
    public var layers = 1
    public var bidirectional = false
    public var dropout = 0.0
    public var last = false
    public var layerNorm = false
    /// Nil means uniform in ±1/√size for weights and biases, as in PyTorch.
    public var initializer: Initializer?

    public init(_ cell: RecurrentCell, size: Int) { (self.cell, self.size) = (cell, size) }

    package static let forms = [
      form(
        "rnn", "h = f(W·x + b + U·h' + d) over a sequence (Elman, 1990).", .rnnTanh,
        [Field("activation", \.cell, .word([("tanh", .rnnTanh), ("relu", .rnnReLU)]), "The function f.")]),
      form("lstm", "Long short-term memory with forget gates (Gers et al., 2000).", .lstm),
      form("gru", "Gated recurrent unit (Cho et al., 2014), with PyTorch's equations.", .gru),
    ]

    package var kind: String {
      switch cell {
      case .rnnTanh, .rnnReLU: "rnn"
      case .lstm: "lstm"
      case .gru: "gru"
      }
    }

    private static func form(
      _ name: String, _ meaning: String, _ cell: RecurrentCell, _ special: [Field<Settings>] = []
    ) -> LayerForm {
      var example = Settings(cell, size: 3)
      (example.layers, example.bidirectional) = (2, true)
      return LayerForm(
        name, meaning, shorthand: "size", template: Settings(cell, size: 1),
        fields: [
          Field("size", \.size, .size(), required: true, "Elements of each layer's state.")
        ] + special + [
          Field("layers", \.layers, .depth, "Layers on top of each other."),
          Field(
            "bidirectional", \.bidirectional, .truth,
            "Runs each layer in both directions and concatenates their states."),
          Field("dropout", \.dropout, .share, "Dropout rate between two layers of the stack."),
          Field(
            "layer_norm", \.layerNorm, .truth,
            "Normalises the gates' inputs at each step, and an LSTM's cell (Ba et al., 2016); slower."),
          Field(
            "last", \.last, .truth, "Returns the last state only: one output for each sequence, not for each time step."
          ),
          Field(
            "initializer", \.initializer, Codec.initializer.optional, defaultText: "uniform in ±1/√size, biases too",
            "Initial values of the weights, as for `linear`; biases then start at 0."),
        ],
        examples: [LayerExample(.recurrent(example), on: [5, 7])])
    }

    package var timeDependence: TimeDependence { .state }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      try context.requirePositive(size, "the size")
      try context.requirePositive(layers, "the number of layers")
      try context.requireShare(dropout, "the dropout")
      // The backward direction would have read the token that is to be predicted.
      guard !builder.predictsTokens || !bidirectional else {
        throw context.error(
          "reads the text in both directions, so it sees what it predicts", hint: "leave bidirectional out")
      }
      let (_, channels) = try context.requireSequence(
        hint: "put an embedding in front of it, and last: true only into the last recurrent layer")
      // Four gates, and inputs from both directions of the layer below.
      try context.requireCount(of: [layers, 4 * size, max(channels, 2 * size)], "has weights of")
      return Recurrent(path: context.path, inputShape: context.inputShape, settings: self, builder: builder)
    }
  }
}

extension LayerSpecification {
  /// A stack of recurrent layers.
  public static func recurrent(_ settings: Recurrent.Settings) -> Self { Self(settings) }
}

/// Computation of a recurrent layer at each step, as the differentiable operations know it.
public typealias RecurrentCell = Autograd.RecurrentCell
