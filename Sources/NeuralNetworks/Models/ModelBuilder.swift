import Autograd
import Tensors

/// Collects the declarations of layers while a model is built.
public final class ModelBuilder {
  let store: ParameterStore
  private(set) var initialValues: [InitialValue] = []
  private var nextOrdinal = 0
  private var layerCount = 0
  private var nextCacheIndex = 0
  private var rotaryTables: [[Int]: SharedRotaryTable] = [:]
  /// Embeddings by path, for layers that share their weights.
  private(set) var embeddings: [String: Embedding] = [:]
  /// Receptive windows of the layers built so far.
  private(set) var timeDependences: Set<TimeDependence> = []
  /// Far more than any network has, yet built within a second: nested repetitions make many layers with few words.
  static let mostLayers = 20_000
  /// Number of different tokens, if the data are tokens.
  let vocabulary: Int?
  /// Number of classes of the data, or of tokens if the next one is predicted.
  let outputs: Int?
  /// Whether the outputs are scores of the next tokens: then no layer may look ahead.
  let predictsTokens: Bool
  private let rules: ParameterRules

  init(
    store: ParameterStore, vocabulary: Int? = nil, outputs: Int? = nil, predictsTokens: Bool = false,
    rules: ParameterRules = ParameterRules()
  ) {
    self.rules = rules
    (self.store, self.vocabulary, self.outputs, self.predictsTokens) = (store, vocabulary, outputs, predictsTokens)
  }

  /// Declares a parameter; the order of these calls is the order of every flat buffer and file.
  public func parameter(
    _ path: String, shape: [Int], role: ParameterRole, layout: ParameterLayout = .plain, initially value: InitialValue
  ) -> Parameter {
    initialValues.append(value)
    return store.declareParameter(
      path, shape: shape, role: role, layout: layout, isFrozen: rules.treatment(of: path).isFrozen)
  }

  /// Whether the running average at that path is frozen.
  func keepsStatistics(_ path: String) -> Bool { rules.treatment(of: path).statistics == .keep }

  /// Declares a tensor that is not trained by gradient.
  public func buffer(_ path: String, shape: [Int], initialValue: Double, momentum: Double) -> ModelBuffer {
    store.declareBuffer(path, shape: shape, initialValue: initialValue, momentum: momentum)
  }

  /// Counts a layer before it is built.
  ///
  /// - Throws: If there are too many.
  func countLayer(for context: LayerContext) throws(ModelError) {
    layerCount += 1
    guard layerCount <= Self.mostLayers else {
      throw context.error("is one of more than \(Self.mostLayers) layers", hint: "repeat fewer")
    }
  }

  /// Records a layer that has been built.
  func note(_ layer: any Layer, dependence: TimeDependence) {
    timeDependences.insert(dependence)
    if let embedding = layer as? Embedding { embeddings[layer.path] = embedding }
  }

  /// An index in attention caches.
  func takeCacheIndex() -> Int {
    defer { nextCacheIndex += 1 }
    return nextCacheIndex
  }

  /// One table for all layers with equally many positions and one head size.
  func rotaryTable(positions: Int, size: Int) -> SharedRotaryTable {
    let table =
      rotaryTables[[positions, size]]
      ?? SharedRotaryTable(positions: positions, size: size, dtype: store.dtype)
    rotaryTables[[positions, size]] = table
    return table
  }

  /// A stream index for each layer that draws at random, so that no two share draws.
  public func takeOrdinal() -> UInt32 {
    defer { nextOrdinal += 1 }
    return UInt32(nextOrdinal)
  }
}
