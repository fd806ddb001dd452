import Files

/// Writes safetensors files tensor by tensor, without a copy of the whole.
public enum SafetensorsWriter {
  /// Writes `tensors`, in this order, and `metadata`. The same arguments give the same bytes.
  ///
  /// The file is complete or absent; an older one of that name stays until then.
  public static func write(
    _ tensors: [TensorSource], metadata: [(name: String, text: String)] = [], to path: String
  ) throws(CheckpointError) {
    let file = try AtomicFile(path: path)
    try file.append(header(of: tensors, metadata: metadata).encoded())
    for tensor in tensors {
      try stream(tensor) { bytes throws(CheckpointError) in try file.append(bytes) }
    }
    try file.commit()
  }

  static func header(
    of tensors: [TensorSource], metadata: [(name: String, text: String)]
  ) -> SafetensorsHeader {
    var names: Set<String> = []
    var end = 0
    let entries = tensors.map { tensor in
      precondition(
        tensor.name != "__metadata__" && names.insert(tensor.name).inserted,
        "two tensors of one file are called \(tensor.name)")
      let start = end
      end += tensor.byteCount
      return SafetensorsEntry(name: tensor.name, type: tensor.type, shape: tensor.shape, bytes: start..<end)
    }
    return SafetensorsHeader(entries: entries, metadata: metadata)
  }

  /// Passes on a tensor's bytes and checks their number against its shape.
  static func stream(_ tensor: TensorSource, to sink: TensorSource.Sink) throws(CheckpointError) {
    var count = 0
    try tensor.stream { bytes throws(CheckpointError) in
      count += bytes.count
      try sink(bytes)
    }
    precondition(
      count == tensor.byteCount,
      "\(tensor.name): \(count) bytes for \(tensor.type.rawValue) \(tensor.shape), which takes \(tensor.byteCount)")
  }
}
