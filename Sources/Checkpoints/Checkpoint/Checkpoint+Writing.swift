import Files
import Hashing
import PlainText

extension Checkpoint {
  /// Writes a checkpoint, which is complete or absent.
  ///
  /// Tensors are streamed, and their digests are computed on the way. The header, whose length does not depend on the digests,
  /// is then written again with them. That takes one pass and no second copy of the model.
  ///
  /// - Parameters:
  ///   - path: The file. It is complete or absent: an older one is replaced at the end.
  ///   - weights: Parameters and buffers in declaration order, float32.
  ///   - state: Optimiser state under `optimizer.…`, and other tensors (`data.mean`).
  ///   - metadata: Everything else that a resume requires.
  /// - Returns: SHA-256 of the weights.
  /// - Throws: If the folder cannot be written or the disk is full. Then nothing is left behind, and an older file of that name
  ///   is unchanged.
  @discardableResult
  public static func write(
    to path: String, weights: [TensorSource], state: [TensorSource], metadata: CheckpointMetadata
  ) throws(CheckpointError) -> String {
    try write(to: path, weights: weights, state: state, metadata: metadata, calls: SystemCalls())
  }

  @discardableResult
  static func write(
    to path: String, weights: [TensorSource], state: [TensorSource], metadata: CheckpointMetadata, calls: SystemCalls
  ) throws(CheckpointError) -> String {
    let tensors = weights + state
    func header(_ checksums: [String], _ sha256: String) -> [UInt8] {
      let texts = CheckpointFormat.metadata(
        metadata, weights: weights.count, checksums: zip(tensors, checksums).map { ($0.name, $1) }, sha256: sha256)
      return SafetensorsWriter.header(of: tensors, metadata: texts).encoded()
    }

    let file = try AtomicFile(path: path, calls: calls)
    let unknown = tensors.map { _ in CheckpointFormat.unknownChecksum }
    let preliminary = header(unknown, CheckpointFormat.unknownSHA256)
    try file.append(preliminary)

    var checksums: [String] = []
    var hash = SHA256()
    for (index, tensor) in tensors.enumerated() {
      precondition(index >= weights.count || tensor.type == .float32, "\(tensor.name): weights are float32")
      var checksum = CRC32()
      try SafetensorsWriter.stream(tensor) { bytes throws(CheckpointError) in
        checksum.update(bytes)
        if index < weights.count { hash.update(bytes) }
        try file.append(bytes)
      }
      checksums.append(checksum.hexadecimal)
    }

    let sha256 = hash.finalizeHexadecimal()
    let final = CheckpointFormat.sealed(header(checksums, sha256))
    precondition(final.count == preliminary.count, "the header changed its length with the digests")
    try file.replaceBeginning(with: final)
    try file.commit()
    return sha256
  }

  /// SHA-256 that a checkpoint of these weights would have.
  public static func weightsSHA256(of weights: [TensorSource]) throws(CheckpointError) -> String {
    var hash = SHA256()
    for tensor in weights {
      precondition(tensor.type == .float32, "\(tensor.name): weights are float32")
      try SafetensorsWriter.stream(tensor) { bytes throws(CheckpointError) in hash.update(bytes) }
    }
    return hash.finalizeHexadecimal()
  }
}
