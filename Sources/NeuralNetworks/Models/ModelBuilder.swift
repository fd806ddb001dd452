import Autograd
import Tensors

/// Collects what layers declare while a model is put together.
public final class ModelBuilder {
  let store: ParameterStore
  private(set) var initialValues: [InitialValue] = []
  private var nextOrdinal = 0
  private var layerCount = 0
  private var nextCacheIndex = 0
  private var rotaryTables: [[Int]: SharedRotaryTable] = [:]
  /// Embeddings by path, for layers that use their weights again.
  private(set) var embeddings: [String: Embedding] = [:]
  /// Receptive windows of the layers built so far.
  private(set) var timeDependences: Set<TimeDependence> = []
  /// Far beyond every network, and built within a second: lists that repeat lists ask for many in few words.
  static let mostLayers = 20_000
  /// Number of different tokens in the data, where the data are tokens.
  let vocabulary: Int?
  /// Classes of the data, or different tokens where the next one is predicted.
  let outputs: Int?
  /// Whether the outputs are scores of the token that follows each: then no layer may look ahead.
  let predictsTokens: Bool
  private let rules: ParameterRules

  init(
    store: ParameterStore, vocabulary: Int? = nil, outputs: Int? = nil, predictsTokens: Bool = false,
    rules: ParameterRules = ParameterRules()
  ) {
    self.rules = rules
    (self.store, self.vocabulary, self.outputs, self.predictsTokens) = (store, vocabulary, outputs, predictsTokens)
  }

  /// Declares a learnable tensor; the order of these calls is the order of every flat buffer and file.
  public func parameter(
    _ path: String, shape: [Int], role: ParameterRole, layout: ParameterLayout = .plain, initially value: InitialValue
  ) -> Parameter {
    initialValues.append(value)
    return store.declareParameter(
      path, shape: shape, role: role, layout: layout, isFrozen: rules.treatment(of: path).isFrozen)
  }

  /// Whether the running average of that path is to stay as it is.
  func keepsStatistics(_ path: String) -> Bool { rules.treatment(of: path).statistics == .keep }

  /// Declares a tensor that is not learnt by gradient.
  public func buffer(_ path: String, shape: [Int], initialValue: Double, momentum: Double) -> ModelBuffer {
    store.declareBuffer(path, shape: shape, initialValue: initialValue, momentum: momentum)
  }

  /// Counts a layer before it is built.
  ///
  /// - Throws: Where there are too many.
  func countLayer(for context: LayerContext) throws(ModelError) {
    layerCount += 1
    guard layerCount <= Self.mostLayers else {
      throw context.error("is one of more than \(Self.mostLayers) layers", hint: "repeat fewer")
    }
  }

  /// Remembers a layer that has been built.
  func note(_ layer: any Layer, dependence: TimeDependence) {
    timeDependences.insert(dependence)
    if let embedding = layer as? Embedding { embeddings[layer.path] = embedding }
  }

  /// An index in attention caches.
  func takeCacheIndex() -> Int {
    defer { nextCacheIndex += 1 }
    return nextCacheIndex
  }

  /// One table for all layers that turn as many positions of one size.
  func rotaryTable(positions: Int, size: Int) -> SharedRotaryTable {
    let table =
      rotaryTables[[positions, size]]
      ?? SharedRotaryTable(positions: positions, size: size, dtype: store.dtype)
    rotaryTables[[positions, size]] = table
    return table
  }

  /// A number for each layer that draws at random, so that no two share draws.
  public func takeOrdinal() -> UInt32 {
    defer { nextOrdinal += 1 }
    return UInt32(nextOrdinal)
  }
}
