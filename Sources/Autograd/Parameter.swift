import Tensors

/// Role of a parameter in its layer, for code that treats kinds differently, such as weight decay.
public enum ParameterRole: Sendable, CaseIterable {
  /// A factor of matrix products, or a table of tokens' vectors.
  case weight
  case bias
  /// A factor or a shift of channels, as normalisation has them.
  case normalization
  /// Vectors of positions in a sequence or an image.
  case position
  /// A vector in front of a sample's own, such as a class token.
  case token
}

/// How a parameter's elements lie here, against PyTorch's layout of the same tensor.
public enum ParameterLayout: Sendable {
  /// As in PyTorch: linear weights are `[outputs, inputs]`.
  case plain
  /// Here `[out, height, width, in]`, in files `[out, in, height, width]`; over sequences `[out, kernel, in]` and
  /// `[out, in, kernel]`.
  case convolution
}

/// One learnable tensor of a model: a named view of the model's flat buffers. A frozen one has a value alone.
public final class Parameter {
  /// Dotted path, as PyTorch names it: `0.weight`.
  public let path: String
  public let shape: [Int]
  public let role: ParameterRole
  public let layout: ParameterLayout
  /// Whether it keeps its value: then it has neither a gradient nor a range in buffers laid out like the trained values.
  public let isFrozen: Bool
  /// Number in declaration order.
  public let index: Int
  /// First element in every flat buffer (values, gradients, optimiser state); of a frozen one among the frozen values.
  public let offset: Int
  public let count: Int
  private unowned let store: ParameterStore

  init(
    path: String, shape: [Int], role: ParameterRole, layout: ParameterLayout, isFrozen: Bool, index: Int, offset: Int,
    store: ParameterStore
  ) {
    (self.path, self.shape, self.role, self.layout, self.isFrozen) = (path, shape, role, layout, isFrozen)
    (self.index, self.offset, self.store) = (index, offset, store)
    count = shape.reduce(1, *)
  }

  /// The current value, a view of the flat buffer.
  public var value: Tensor { (isFrozen ? store.frozenValues : store.values).view(at: offset, shape: shape) }

  /// This parameter's part of a flat buffer that is laid out like the trained values.
  public func view(of flat: Tensor) -> Tensor {
    precondition(!isFrozen, "\(path) is frozen: buffers of trained parameters have no part of it")
    return flat.view(at: offset, shape: shape)
  }
}

/// A tensor that belongs to a model but is not learnt by gradient: a running average.
public final class ModelBuffer {
  public let path: String
  public let shape: [Int]
  public let count: Int
  /// First element among the buffers' values, and among a shard's statistics.
  public let offset: Int
  /// Value before training.
  public let initialValue: Double
  /// new = (1 − momentum) · old + momentum · (statistic averaged over the global batch); 0 keeps what is there, whatever the
  /// statistic.
  public let momentum: Double
  private unowned let store: ParameterStore

  init(path: String, shape: [Int], offset: Int, initialValue: Double, momentum: Double, store: ParameterStore) {
    (self.path, self.shape, self.offset) = (path, shape, offset)
    (self.initialValue, self.momentum, self.store) = (initialValue, momentum, store)
    count = shape.reduce(1, *)
  }

  /// The current value, a view of the flat buffer.
  public var value: Tensor { view(of: store.bufferValues) }

  /// This buffer's part of a flat tensor that is laid out like the store's buffers.
  public func view(of flat: Tensor) -> Tensor { flat.view(at: offset, shape: shape) }
}

/// The parameters and buffers of one replica, in declaration order, each kind in one flat buffer: all-reduce,
/// optimiser, digests and checkpoints are one pass over memory. Frozen parameters lie apart, so that what is made for training has
/// no gaps for them.
public final class ParameterStore {
  public let dtype: DType
  public private(set) var parameters: [Parameter] = []
  /// Parameters that are not frozen, in declaration order.
  public private(set) var trainable: [Parameter] = []
  public private(set) var buffers: [ModelBuffer] = []
  /// Elements of a flat buffer of trained parameters, padding included.
  public private(set) var flatCount = 0
  /// Elements of the flat buffer of frozen ones.
  public private(set) var frozenFlatCount = 0
  /// Elements of the flat buffer of model buffers.
  public private(set) var bufferFlatCount = 0
  private var allocated: Allocation?

  private struct Allocation {
    let values: Tensor
    let frozen: Tensor
    let buffers: Tensor
  }

  /// Every parameter starts on a cache line; the padding between stays zero in every flat buffer.
  private static let alignment = 16

  public init(dtype: DType = .float32) {
    self.dtype = dtype
  }

  /// Learnable elements, padding not counted.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
  /// Elements of frozen parameters, padding not counted.
  public var frozenCount: Int { parameters.reduce(0) { $0 + ($1.isFrozen ? $1.count : 0) } }

  /// Of the trained parameters, `[flatCount]`.
  public var values: Tensor { memory.values }
  /// `[frozenFlatCount]`
  public var frozenValues: Tensor { memory.frozen }
  public var bufferValues: Tensor { memory.buffers }

  private var memory: Allocation {
    guard let allocated else { preconditionFailure("a parameter was used before ParameterStore.allocate") }
    return allocated
  }

  /// Declares a parameter; the order of these calls is the order in every flat buffer and file.
  public func declareParameter(
    _ path: String, shape: [Int], role: ParameterRole, layout: ParameterLayout = .plain, isFrozen: Bool = false
  ) -> Parameter {
    precondition(allocated == nil, "parameter \(path) declared after the buffers were allocated")
    let parameter = Parameter(
      path: path, shape: shape, role: role, layout: layout, isFrozen: isFrozen, index: parameters.count,
      offset: isFrozen ? frozenFlatCount : flatCount, store: self)
    parameters.append(parameter)
    if isFrozen {
      frozenFlatCount += Self.padded(parameter.count)
    } else {
      trainable.append(parameter)
      flatCount += Self.padded(parameter.count)
    }
    return parameter
  }

  public func declareBuffer(_ path: String, shape: [Int], initialValue: Double, momentum: Double) -> ModelBuffer {
    precondition(allocated == nil, "buffer \(path) declared after the buffers were allocated")
    let buffer = ModelBuffer(
      path: path, shape: shape, offset: bufferFlatCount, initialValue: initialValue, momentum: momentum, store: self)
    buffers.append(buffer)
    bufferFlatCount += Self.padded(buffer.count)
    return buffer
  }

  /// Takes the memory; buffers get their initial values.
  ///
  /// - Parameter values: Memory for the trained parameters that others have too, `[flatCount]`, with whatever they have written there
  ///   already; nil takes zeros from the pool.
  public func allocate(pool: StoragePool, values: Tensor? = nil) {
    if let values {
      precondition(
        values.count == flatCount && values.dtype == dtype,
        "\(values.dtype)\(values.shape) for \(flatCount) elements of \(dtype)")
    }
    allocated = Allocation(
      values: values ?? Tensor(zeros: [flatCount], dtype: dtype, pool: pool),
      frozen: Tensor(zeros: [frozenFlatCount], dtype: dtype, pool: pool),
      buffers: Tensor(zeros: [bufferFlatCount], dtype: dtype, pool: pool))
    for buffer in buffers {
      let value = buffer.value
      for index in 0..<value.count { value[index] = buffer.initialValue }
    }
  }

  private static func padded(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }
}

extension Tensor {
  /// `shape` from element `offset` of this tensor on.
  fileprivate func view(at offset: Int, shape: [Int]) -> Tensor {
    let start = (pointer - storage.pointer) / dtype.size
    return Tensor(storage: storage, offset: start + offset, shape: shape, dtype: dtype)
  }
}
