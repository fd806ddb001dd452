import Autograd
import Tensors

/// A network: layers, and the flat buffers of their parameters.
public final class Model {
  /// Shape of one sample: `[features]`, `[time]` (tokens) or `[height, width, channels]`.
  public let inputShape: [Int]
  public let store: ParameterStore
  public let root: Sequential
  private let initialValues: [InitialValue]
  private let timeDependences: Set<TimeDependence>
  /// Whether samples are windows of tokens, of any length up to `inputShape`.
  private let takesTokens: Bool

  /// Builds the layers, checks that their shapes fit, and allocates the parameters (all zeros: see `initialize`).
  ///
  /// - Parameters:
  ///   - specifications: The layers, in order.
  ///   - inputShape: Shape of a sample.
  ///   - outputs: Number of outputs of the last layer, such as the number of classes, and of linear layers without a
  ///     size; nil accepts any.
  ///   - vocabulary: Number of different tokens in the data, for embeddings without a size.
  ///   - predictsTokens: Whether the targets are the next tokens, not one label for each sample.
  ///   - dtype: Type of parameters and activations.
  ///   - pool: Pool for the parameters' memory; nil allocates none, for a mere summary of the model.
  ///   - values: Shared memory for the trained parameters; nil takes it from the pool.
  ///   - rules: Rules that may freeze parameters.
  public init(
    _ specifications: [LayerSpecification], inputShape: [Int], outputs: Int? = nil, vocabulary: Int? = nil,
    predictsTokens: Bool = true, dtype: DType = .float32, pool: StoragePool? = StoragePool(),
    values: Tensor? = nil, rules: ParameterRules = ParameterRules()
  ) throws(ModelError) {
    precondition(inputShape.count == 1 || inputShape.count == 3, "a sample of shape \(inputShape)")
    let predictsTokens = predictsTokens && vocabulary != nil
    let builder = ModelBuilder(
      store: ParameterStore(dtype: dtype), vocabulary: vocabulary, outputs: outputs, predictsTokens: predictsTokens,
      rules: rules)
    let context = LayerContext(path: "", kind: "", inputShape: inputShape)
    try context.requireCount(of: inputShape, "takes samples of")
    self.inputShape = inputShape
    takesTokens = vocabulary != nil
    root = try builder.sequential(specifications, path: "", inputShape: inputShape, isFirst: true)
    timeDependences = builder.timeDependences
    store = builder.store
    initialValues = builder.initialValues
    if let outputs { try Self.check(root, gives: predictsTokens ? inputShape + [outputs] : [outputs]) }
    if let pool { store.allocate(pool: pool, values: values) }
  }

  public var outputShape: [Int] { root.outputShape }

  /// All layers in the order of the configuration; a composed layer comes before those inside it.
  public var layers: [any Layer] {
    func withChildren(_ layer: any Layer) -> [any Layer] { [layer] + layer.children.flatMap(withChildren) }
    return root.layers.flatMap(withChildren)
  }

  /// Whether a layer looks at the whole batch, so that all parts must pass through side by side.
  public var spansBatch: Bool { layers.contains { $0.spansBatch } }

  /// Whether an `AttentionCache` keeps everything that the model requires of earlier tokens.
  public var cachesContext: Bool { hasLongestContext && !rereadsWindow }

  /// Whether a layer depends on positions (attention, vectors for positions): then there is a longest context, and longer
  /// inputs are refused, not truncated.
  public var hasLongestContext: Bool { timeDependences.contains(.context) }

  /// Whether a layer looks at earlier time steps without keeping them between passes: then earlier ones are computed
  /// again for each new time step of a text.
  public var rereadsWindow: Bool {
    // A full cache continues with its later half, which a state has read already.
    timeDependences.contains(.window) || timeDependences.isSuperset(of: [.context, .state])
  }

  /// Whether a layer can pass a state from one pass to the next.
  public var hasRecurrentState: Bool { timeDependences.contains(.state) }

  public var layerPaths: [String] { layers.map(\.path) }

  public var summary: ModelSummary { ModelSummary(of: layers, bytesPerElement: store.dtype.size) }

  /// `x` is `[batch] + inputShape`, the result `[batch] + outputShape`.
  public func callAsFunction(_ x: Variable, _ pass: ForwardPass) -> Variable {
    requireFitting(x)
    defer { pass.attentionCache?.advance(by: x.shape[1]) }
    do {
      return try root.forward([x], JointPass(pass))[0]
    } catch {
      preconditionFailure("a pass of one part exchanges nothing, but threw \(error)")
    }
  }

  /// Parts of one batch, each `[batch] + inputShape`.
  ///
  /// - Throws: Errors of an exchange with parts computed elsewhere.
  public func callAsFunction(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    for x in parts { requireFitting(x) }
    return try root.forward(parts, pass)
  }

  private func requireFitting(_ x: Variable) {
    let fits =
      takesTokens
      ? x.shape.count == 2 && x.shape[1] <= inputShape[0] : Array(x.shape.dropFirst()) == inputShape
    precondition(fits, "a batch of shape \(x.shape) for samples of shape \(inputShape)")
  }

  /// Sets every parameter to its initial value; draws are keyed by (seed, the parameter's index).
  ///
  /// - Parameters:
  ///   - seed: Seed of the random draws.
  ///   - frozenOnly: Sets frozen parameters only: another replica initialises the shared ones.
  public func initialize(seed: UInt64, frozenOnly: Bool = false) {
    for (parameter, initial) in zip(store.parameters, initialValues) where parameter.isFrozen || !frozenOnly {
      parameter.value.initialize(initial, seed: seed, parameter: parameter.index)
    }
  }

  private static func check(_ root: Sequential, gives shape: [Int]) throws(ModelError) {
    guard root.outputShape != shape, let outputs = shape.last else { return }
    let last = root.layers.last
    let context = LayerContext(path: last?.path ?? "", kind: last?.name ?? "", inputShape: root.outputShape)
    let found = "gives \(describe(root.outputShape)) outputs, but the data have"
    if shape.count > 1 {
      let keepsTime = root.outputShape.dropLast() == shape.dropLast()
      throw context.error(
        "\(found) \(shape[0]) time steps and \(outputs) tokens",
        hint: keepsTime
          ? "end the model with linear: classes"
          : "keep every time step: begin with an embedding, without strides, pooling, flatten, last_step and "
            + "last: true")
    }
    let hint =
      switch root.outputShape.count {
      case 2:
        "put global_max_pool, global_average_pool or last_step, or last: true in the last recurrent layer, in front of "
          + "linear: classes"
      case 3: "put flatten or global_average_pool in front of linear: classes"
      default: "end the model with linear: classes"
      }
    throw context.error("\(found) \(outputs) classes", hint: hint)
  }
}
