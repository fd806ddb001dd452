import Tensors

/// Layout of a tensor in memory, relative to PyTorch's layout in files.
public enum FileLayout: Sendable {
  case plain
  /// Convolution weights: here `[out, height, width, in]`, in files `[out, in, height, width]`; over sequences
  /// `[out, kernel, in]` and `[out, in, kernel]`.
  case convolution
}

/// A tensor to be written to a file: its name, type, shape in the file, and a source of its bytes.
public struct TensorSource {
  /// Receives the next bytes of a tensor.
  public typealias Sink = (UnsafeRawBufferPointer) throws(CheckpointError) -> Void

  public let name: String
  public let type: ElementType
  /// Shape in the file.
  public let shape: [Int]
  let stream: (Sink) throws(CheckpointError) -> Void

  var byteCount: Int { shape.reduce(type.size, *) }

  /// - Parameters:
  ///   - name: Name of the tensor in the file.
  ///   - type: Type of its elements in the file.
  ///   - shape: Its shape in the file.
  ///   - stream: Passes all bytes of the tensor, little-endian and in the file's order, to the sink, in
  ///     pieces of any size. May be called more than once, with the same result.
  public init(
    _ name: String, type: ElementType, shape: [Int], stream: @escaping (Sink) throws(CheckpointError) -> Void
  ) {
    (self.name, self.type, self.shape, self.stream) = (name, type, shape, stream)
  }

  /// Values kept by the caller, in the file's order.
  public init(_ name: String, shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "\(name): \(values.count) values for shape \(shape)")
    self.init(name, type: .float32, shape: shape) { sink throws(CheckpointError) in
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * values.count, alignment: 64)
      defer { bytes.deallocate() }
      values.withUnsafeBytes { bytes.copyMemory(from: $0) }
      try sink(UnsafeRawBufferPointer(bytes))
    }
  }

  /// A tensor with the values that it has when the file is written. Nothing is copied, except convolution weights, one filter at
  /// a time.
  public init(_ name: String, _ tensor: Tensor, layout: FileLayout = .plain) {
    let type: ElementType =
      switch tensor.dtype {
      case .float32: .float32
      case .float64: .float64
      case .int32: .int32
      case .uint8: .uint8
      }
    switch layout {
    case .plain:
      self.init(name, type: type, shape: tensor.shape) { sink throws(CheckpointError) in
        try sink(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * type.size))
      }
    case .convolution:
      let filters = ConvolutionFilters(name, tensor)
      self.init(name, type: .float32, shape: filters.fileShape) { sink throws(CheckpointError) in
        try filters.stream(to: sink)
      }
    }
  }
}

/// Convolution weights of a layer, moved between `[out, height, width, in]` in memory and `[out, in, height, width]`
/// in files, or without the height.
struct ConvolutionFilters {
  private let tensor: Tensor
  private let outputs: Int
  private let inputs: Int
  /// Height times width.
  private let taps: Int
  let fileShape: [Int]

  init(_ name: String, _ tensor: Tensor) {
    precondition(
      tensor.shape.count >= 3 && tensor.dtype == .float32,
      """
      \(name): convolution weights are float32 [out, height, width, in] or [out, kernel, in], \
      not \(tensor.dtype) \(tensor.shape)
      """
    )
    self.tensor = tensor
    let window = tensor.shape.dropFirst().dropLast()
    (outputs, inputs) = (tensor.shape[0], tensor.size(-1))
    taps = window.reduce(1, *)
    fileShape = [outputs, inputs] + window
  }

  func stream(to sink: TensorSource.Sink) throws(CheckpointError) {
    let filter = UnsafeMutableBufferPointer<Float>.allocate(capacity: inputs * taps)
    defer { filter.deallocate() }
    for output in 0..<outputs {
      let source = tensor.floats[(output * filter.count)...]
      for tap in 0..<taps {
        for input in 0..<inputs {
          filter[input * taps + tap] = source[source.startIndex + tap * inputs + input]
        }
      }
      try sink(UnsafeRawBufferPointer(filter))
    }
  }

  /// Stores `value`, which has number `index` in the file's order.
  func set(_ value: Float, at index: Int) {
    let (output, rest) = index.quotientAndRemainder(dividingBy: inputs * taps)
    let (input, tap) = rest.quotientAndRemainder(dividingBy: taps)
    tensor.floats[(output * taps + tap) * inputs + input] = value
  }
}
