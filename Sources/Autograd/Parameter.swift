import Tensors

/// Role of a parameter in its layer, which weight decay depends on, for example.
public enum ParameterRole: Sendable, CaseIterable {
  /// A factor of matrix products, or a table of tokens' vectors.
  case weight
  case bias
  /// A gain or shift of channels, as in normalisation.
  case normalization
  /// Vectors of positions in a sequence or an image.
  case position
  /// A learned vector in front of a sequence, such as a class token.
  case token
}

/// Layout of a parameter here, compared with PyTorch's layout of the same tensor.
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
  /// Whether its value stays: then it has neither a gradient nor a range in buffers laid out like the trained values.
  public let isFrozen: Bool
  /// Index in declaration order.
  public let index: Int
  /// First element in every flat buffer (values, gradients, optimiser state); for a frozen one, in the buffer of frozen values.
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

  /// This parameter's range of a flat buffer that is laid out like the trained values.
  public func view(of flat: Tensor) -> Tensor {
    precondition(!isFrozen, "\(path) is frozen: buffers of trained parameters have no part of it")
    return flat.view(at: offset, shape: shape)
  }
}

/// A tensor of a model that is not trained by gradient: a running average.
public final class ModelBuffer {
  public let path: String
  public let shape: [Int]
  public let count: Int
  /// First element in the flat buffer of buffers, and in a shard's statistics.
  public let offset: Int
  /// Value before training.
  public let initialValue: Double
  /// new = (1 − momentum) · old + momentum · (statistic averaged over the global batch); 0 keeps the old value, whatever the
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

  /// This buffer's range of a flat tensor that is laid out like the store's buffers.
  public func view(of flat: Tensor) -> Tensor { flat.view(at: offset, shape: shape) }
}

/// The parameters and buffers of one replica, in declaration order, each kind in one flat buffer: all-reduce,
/// optimiser, digests and checkpoints are one pass over memory. Frozen parameters have their own flat buffer, so that the buffers
/// for training have no gaps.
public final class ParameterStore {
  public let dtype: DType
  public private(set) var parameters: [Parameter] = []
  /// Parameters that are not frozen, in declaration order.
  public private(set) var trainable: [Parameter] = []
  public private(set) var buffers: [ModelBuffer] = []
  /// Number of elements of a flat buffer of trained parameters, padding included.
  public private(set) var flatCount = 0
  /// Number of elements of the flat buffer of frozen parameters.
  public private(set) var frozenFlatCount = 0
  /// Number of elements of the flat buffer of running averages.
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

  /// Number of trainable elements, without padding.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
  /// Number of elements of frozen parameters, without padding.
  public var frozenCount: Int { parameters.reduce(0) { $0 + ($1.isFrozen ? $1.count : 0) } }

  /// Values of the trained parameters, `[flatCount]`.
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

  /// Allocates the memory; buffers get their initial values.
  ///
  /// - Parameters:
  ///   - pool: Memory for parameters and gradients.
  ///   - values: Memory for the trained parameters, `[flatCount]`, that other stores use too; its content stays. Nil
  ///     takes zeros from the pool.
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
