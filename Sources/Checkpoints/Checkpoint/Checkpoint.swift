import Hashing
import JSON
import PlainText
import Tensors

/// A checkpoint file open for reading. Opening it verifies the header. Tensors are verified when they are read, or all at once
/// by `verify`.
public final class Checkpoint: Sendable {
  public let metadata: CheckpointMetadata
  /// SHA-256 over the data of all parameters and buffers, 64 hexadecimal digits.
  public let weightsSHA256: String
  /// The model's parameters and buffers, in declaration order.
  public let weights: [SafetensorsEntry]
  /// Optimiser state and other tensors.
  public let state: [SafetensorsEntry]
  public var path: String { file.path }

  private let file: SafetensorsFile
  private let checksums: [String: String]

  public init(path: String) throws(CheckpointError) {
    let file = try SafetensorsFile(path: path)
    func text(_ name: String) throws(CheckpointError) -> String {
      guard let text = file.metadata(name) else { throw .damaged(path, "its metadata have no \(name)") }
      return text
    }
    try Self.requireWholeHeader(of: file)
    try Self.requireFormat(of: file)

    // The header's checksum is right, so remaining faults come from another program.
    guard let count = Int(try text("lockstep.weights")), (0...file.entries.count).contains(count) else {
      throw .damaged(path, "its number of weights is invalid")
    }
    let checksums = try Self.checksums(try text("lockstep.checksums"), of: file)
    var samples: CheckpointMetadata.Samples?
    if let text = file.metadata("lockstep.samples") {
      samples = (try? JSON(parsing: text)).flatMap { CheckpointMetadata.Samples(json: $0) }
      guard samples != nil else { throw .damaged(path, "its shape of samples and its classes cannot be read") }
    }
    guard let state = try? JSON(parsing: try text("lockstep.state")),
      let metadata = CheckpointMetadata(
        json: state, configuration: try text("lockstep.configuration"), progress: try text("lockstep.progress"),
        tokenizer: file.metadata("lockstep.tokenizer"), samples: samples)
    else { throw .damaged(path, "its state (step, epoch and so on) cannot be read") }

    (self.file, self.metadata, self.checksums) = (file, metadata, checksums)
    weightsSHA256 = try text("lockstep.weights_sha256")
    weights = Array(file.entries[..<count])
    self.state = Array(file.entries[count...])
  }

  private static func requireWholeHeader(of file: SafetensorsFile) throws(CheckpointError) {
    guard let digits = CheckpointFormat.headerChecksumDigits(in: file.headerBytes) else {
      throw CheckpointError(
        .incompatible, path: file.path,
        "not a checkpoint of Lockstep: the metadata have no \(CheckpointFormat.headerChecksum)",
        hint: "give a file from a run's checkpoints folder")
    }
    guard CheckpointFormat.sealed(file.headerBytes)[digits] == file.headerBytes[digits] else {
      throw .damaged(file.path, "its header is damaged: the checksum differs")
    }
  }

  private static func requireFormat(of file: SafetensorsFile) throws(CheckpointError) {
    let version = file.metadata("lockstep.format_version")
    guard version == CheckpointFormat.version else {
      throw CheckpointError(
        .incompatible, path: file.path,
        "written in format \(version ?? "unknown"), this program reads format \(CheckpointFormat.version)",
        hint: "use the version of Lockstep that wrote it")
    }
  }

  private static func checksums(_ text: String, of file: SafetensorsFile) throws(CheckpointError) -> [String: String] {
    var checksums: [String: String] = [:]
    for member in (try? JSON(parsing: text))?.members ?? [] { checksums[member.name] = member.value.text }
    for entry in file.entries where checksums[entry.name] == nil {
      throw .damaged(file.path, tensor: entry.name, "the file has no checksum for it")
    }
    return checksums
  }

  /// A tensor by its name, nil if there is none.
  public subscript(name: String) -> SafetensorsEntry? { file[name] }

  /// Reads every tensor and compares checksums.
  public func verify() throws(CheckpointError) {
    for entry in file.entries {
      var checksum = CRC32()
      try file.forEachChunk(of: entry) { bytes throws(CheckpointError) in checksum.update(bytes) }
      try require(checksum, for: entry)
    }
  }

  /// Fills a float32 tensor from the file. If this throws, the tensor holds its old values or damaged ones.
  public func read(_ name: String, into tensor: Tensor, layout: FileLayout = .plain) throws(CheckpointError) {
    let entry = try entry(name)
    var checksum = CRC32()
    try file.read(entry, into: tensor, layout: layout) { checksum.update($0) }
    try require(checksum, for: entry)
  }

  /// All elements of a tensor, in the file's order.
  public func floats(_ name: String) throws(CheckpointError) -> [Float] {
    let entry = try entry(name)
    var checksum = CRC32()
    let values = try file.floats(of: entry) { checksum.update($0) }
    try require(checksum, for: entry)
    return values
  }

  private func entry(_ name: String) throws(CheckpointError) -> SafetensorsEntry {
    guard let entry = file[name] else {
      throw CheckpointError(
        .incompatible, path: path, tensor: name, "the checkpoint has no such tensor",
        hint: "use a checkpoint of the same configuration")
    }
    return entry
  }

  private func require(_ checksum: CRC32, for entry: SafetensorsEntry) throws(CheckpointError) {
    guard checksum.hexadecimal == checksums[entry.name] else {
      throw .damaged(path, tensor: entry.name, "its data are damaged: the checksum differs")
    }
  }
}
