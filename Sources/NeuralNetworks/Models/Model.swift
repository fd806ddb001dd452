import Autograd
import Tensors

/// A network: layers, and the flat buffers that their parameters live in.
public final class Model {
  /// Shape of one sample: `[features]`, `[time]` (tokens) or `[height, width, channels]`.
  public let inputShape: [Int]
  public let store: ParameterStore
  public let root: Sequential
  private let initialValues: [InitialValue]
  private let timeDependences: Set<TimeDependence>
  /// Whether samples are windows of tokens, of any length up to `inputShape`.
  private let takesTokens: Bool

  /// Builds the layers, checks that their shapes fit and takes the parameters' memory (all zeros: see `initialize`).
  ///
  /// - Parameters:
  ///   - outputs: Number of outputs of the last layer, such as the number of classes, and of linear layers without a size of
  ///     their own; nil accepts any.
  ///   - vocabulary: Number of different tokens in the data, for embeddings without a size of their own.
  ///   - predictsTokens: Whether data of tokens ask for the token that follows each, not for one label a sample.
  ///   - pool: Where the parameters' memory comes from; nil takes none, for those who only ask what the model would be.
  ///   - values: Memory of the trained parameters that others have too; nil takes it from the pool.
  ///   - rules: What is frozen.
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

  /// All layers in the order of the configuration; a composed layer stands before those inside it.
  public var layers: [any Layer] {
    func withChildren(_ layer: any Layer) -> [any Layer] { [layer] + layer.children.flatMap(withChildren) }
    return root.layers.flatMap(withChildren)
  }

  /// Whether a layer looks at the whole batch, so that all parts have to be passed through side by side.
  public var spansBatch: Bool { layers.contains { $0.spansBatch } }

  /// Whether an `AttentionCache` keeps all that the model has read of a text from one pass to the next.
  public var cachesContext: Bool { hasLongestContext && !rereadsWindow }

  /// Whether a layer knows positions, by attention or by vectors of their own: then there is a longest context, and what does
  /// not fit is not read in part.
  public var hasLongestContext: Bool { timeDependences.contains(.context) }

  /// Whether a layer looks at earlier time steps and keeps nothing of them between passes: then each new
  /// time step of a text takes earlier ones again.
  public var rereadsWindow: Bool {
    // A full cache goes on with its later half, which a state has read already.
    timeDependences.contains(.window) || timeDependences.isSuperset(of: [.context, .state])
  }

  /// Whether a layer can hand a state from one pass to the next.
  public var handsOnState: Bool { timeDependences.contains(.state) }

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

  /// Sets every parameter to its value before training, drawn by (seed, the parameter's number in the model).
  ///
  /// - Parameter frozenOnly: Whether somebody else does it for those that are trained.
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
