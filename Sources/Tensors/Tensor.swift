/// A contiguous, row-major array of one element type; images are `[batch, height, width, channels]`.
///
/// A tensor is a view: its copies, reshapes and row slices share memory. Operations write their results into new tensors, so
/// values on the tape do not change.
public struct Tensor: @unchecked Sendable {
  public let storage: Storage
  public let dtype: DType
  public let shape: [Int]
  /// Number of elements.
  public let count: Int
  /// First element.
  public let pointer: UnsafeMutableRawPointer

  /// A view of `storage` that starts `offset` elements into it.
  public init(storage: Storage, offset: Int = 0, shape: [Int], dtype: DType) {
    let count = shape.reduce(1, *)
    precondition(
      offset >= 0 && (offset + count) * dtype.size <= storage.capacity,
      "shape \(shape) at \(offset) does not fit \(storage.capacity) bytes of \(dtype)")
    self.storage = storage
    self.dtype = dtype
    self.shape = shape
    self.count = count
    self.pointer = storage.pointer + offset * dtype.size
  }

  /// Uninitialised elements from `pool`.
  public init(uninitialized shape: [Int], dtype: DType = .float32, pool: StoragePool) {
    let byteCount = shape.reduce(1, *) * dtype.size
    self.init(storage: pool.allocate(byteCount: byteCount), shape: shape, dtype: dtype)
  }

  public init(zeros shape: [Int], dtype: DType = .float32, pool: StoragePool) {
    let byteCount = shape.reduce(1, *) * dtype.size
    self.init(storage: pool.allocateZeroed(byteCount: byteCount), shape: shape, dtype: dtype)
  }

  /// Values converted to `dtype`, in row-major order.
  public init(_ values: [Double], shape: [Int], dtype: DType = .float32, pool: StoragePool) {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for shape \(shape)")
    self.init(uninitialized: shape, dtype: dtype, pool: pool)
    for (index, value) in values.enumerated() { self[index] = value }
  }

  /// Size of dimension `axis`; negative counts from the last.
  public func size(_ axis: Int) -> Int { shape[axis < 0 ? shape.count + axis : axis] }

  /// Number of elements of one entry of the first dimension.
  public var rowCount: Int { shape.first ?? 1 }
  public var rowLength: Int { rowCount == 0 ? 0 : count / rowCount }

  /// The same elements with another shape; one size may be -1 and is computed.
  public func reshaped(_ newShape: [Int]) -> Tensor {
    var shape = newShape
    if let unknown = shape.firstIndex(of: -1) {
      let known = shape.reduce(1) { $1 == -1 ? $0 : $0 * $1 }
      shape[unknown] = known == 0 ? 0 : count / known
    }
    precondition(shape.reduce(1, *) == count, "cannot reshape \(self.shape) to \(newShape)")
    return Tensor(storage: storage, offset: offset, shape: shape, dtype: dtype)
  }

  /// Rows `range` of the first dimension, without a copy.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "rows \(range) of \(shape)")
    return Tensor(
      storage: storage, offset: offset + range.lowerBound * rowLength,
      shape: [range.count] + shape.dropFirst(), dtype: dtype)
  }

  private var offset: Int { (pointer - storage.pointer) / dtype.size }

  /// Typed access to the elements.
  public var floats: UnsafeMutableBufferPointer<Float> { typed(.float32) }
  public var doubles: UnsafeMutableBufferPointer<Double> { typed(.float64) }
  public var int32s: UnsafeMutableBufferPointer<Int32> { typed(.int32) }
  public var bytes: UnsafeMutableBufferPointer<UInt8> { typed(.uint8) }

  private func typed<Element>(_ expected: DType) -> UnsafeMutableBufferPointer<Element> {
    precondition(dtype == expected, "a \(dtype) tensor was read as \(expected)")
    return UnsafeMutableBufferPointer(start: pointer.assumingMemoryBound(to: Element.self), count: count)
  }

  /// One element in row-major order, for every type. Slow; for tests and small tasks.
  public subscript(index: Int) -> Double {
    get {
      precondition(index >= 0 && index < count, "element \(index) of \(shape)")
      switch dtype {
      case .float32: return Double(floats[index])
      case .float64: return doubles[index]
      case .int32: return Double(int32s[index])
      case .uint8: return Double(bytes[index])
      }
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "element \(index) of \(shape)")
      switch dtype {
      case .float32: floats[index] = Float(newValue)
      case .float64: doubles[index] = newValue
      case .int32: int32s[index] = Int32(newValue)
      case .uint8: bytes[index] = UInt8(newValue)
      }
    }
  }

  /// All elements in row-major order. For tests and small tasks.
  public var values: [Double] { (0..<count).map { self[$0] } }

  public func copy(from source: Tensor) {
    precondition(
      source.count == count && source.dtype == dtype,
      "copy of \(source.dtype)\(source.shape) into \(dtype)\(shape)")
    pointer.copyMemory(from: source.pointer, byteCount: count * dtype.size)
  }

  public func fillWithZeros() {
    pointer.initializeMemory(as: UInt8.self, repeating: 0, count: count * dtype.size)
  }
}
