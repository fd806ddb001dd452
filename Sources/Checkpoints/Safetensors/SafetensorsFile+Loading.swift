import Tensors

extension SafetensorsFile {
  /// Fills a float32 tensor with the elements of `entry`, converted if they have another type. The caller checks the shape
  /// (`Checkpoint.requireWeights`, or its own code for files of other programs).
  public func read(
    _ entry: SafetensorsEntry, into tensor: Tensor, layout: FileLayout = .plain
  ) throws(CheckpointError) {
    try read(entry, into: tensor, layout: layout) { _ in }
  }

  /// The same; `observe` receives the bytes on the way, for checksums.
  func read(
    _ entry: SafetensorsEntry, into tensor: Tensor, layout: FileLayout, observe: (UnsafeRawBufferPointer) -> Void
  ) throws(CheckpointError) {
    let filters = layout == .convolution ? ConvolutionFilters(entry.name, tensor) : nil
    let shape = filters?.fileShape ?? tensor.shape
    guard entry.shape == shape else {
      throw CheckpointError(
        .incompatible, path: path, tensor: entry.name, "the file has shape \(entry.shape), the model \(shape)",
        hint: "use a file of the same model")
    }
    let values = tensor.floats
    var index = 0
    try forEachChunk(of: entry) { bytes throws(CheckpointError) in
      observe(bytes)
      if filters == nil, entry.type == .float32 {
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: values[index...])).copyMemory(from: bytes)
        index += bytes.count / entry.type.size
        return
      }
      for offset in stride(from: 0, to: bytes.count, by: entry.type.size) {
        let value = entry.type.float(in: bytes, at: offset)
        if let filters { filters.set(value, at: index) } else { values[index] = value }
        index += 1
      }
    }
  }
}
