import Tensors

/// The texts that a checkpoint carries in the metadata of its safetensors file.
///
/// | name | text |
/// |---|---|
/// | `format` | `pt`, which tells other tools that names and layouts are PyTorch's |
/// | `lockstep.format_version` | 1 |
/// | `lockstep.header_crc32` | CRC-32 of the file up to the data, these eight digits taken as zeros |
/// | `lockstep.weights` | how many of the file's first tensors are the model's parameters and buffers |
/// | `lockstep.weights_sha256` | SHA-256 over the data of those |
/// | `lockstep.checksums` | CRC-32 of each tensor, a JSON object in the file's order |
/// | `lockstep.state` | step, epoch, position and so on, a JSON object |
/// | `lockstep.progress` | the trainer's own state, JSON |
/// | `lockstep.configuration` | YAML |
/// | `lockstep.tokenizer` | of a model of text: what cuts it into tokens, JSON |
/// | `lockstep.samples` | shape of a sample and names of the classes, a JSON object |
enum CheckpointFormat {
  static let version = "1"
  static let headerChecksum = "lockstep.header_crc32"

  /// Digests are known only when all data have been written; until then digits of the same length hold their places.
  static let unknownChecksum = "00000000"
  static let unknownSHA256 = String(repeating: "0", count: 64)

  static func metadata(
    _ state: CheckpointMetadata, weights: Int, checksums: [(name: String, digits: String)], sha256: String
  ) -> [(name: String, text: String)] {
    [
      ("format", "pt"),
      ("lockstep.format_version", version),
      (headerChecksum, unknownChecksum),
      ("lockstep.weights", String(weights)),
      ("lockstep.weights_sha256", sha256),
      ("lockstep.checksums", JSON.object(checksums.map { JSON.Member($0.name, .string($0.digits)) }).description),
      ("lockstep.state", state.json.description),
      ("lockstep.progress", state.progress),
      ("lockstep.configuration", state.configuration),
    ] + (state.tokenizer.map { [("lockstep.tokenizer", $0)] } ?? [])
      + (state.samples.map { [("lockstep.samples", $0.json.description)] } ?? [])
  }

  /// Where the digits of the header's own checksum lie; nil if the header has none.
  ///
  /// The first place that matches is the right one: only `format` and the version, written by us, come before it,
  /// and a text could not hold the name in plain quotes.
  static func headerChecksumDigits(in header: [UInt8]) -> Range<Int>? {
    let pattern = Array("\"\(headerChecksum)\":\"".utf8)
    let digits = unknownChecksum.utf8.count
    guard header.count >= pattern.count + digits else { return nil }
    for start in 0...(header.count - pattern.count - digits)
    where header[start] == pattern[0] && header[start..<(start + pattern.count)].elementsEqual(pattern) {
      return (start + pattern.count)..<(start + pattern.count + digits)
    }
    return nil
  }

  /// The header with its checksum put in.
  static func sealed(_ header: [UInt8]) -> [UInt8] {
    guard let digits = headerChecksumDigits(in: header) else {
      preconditionFailure("a checkpoint's header without \(headerChecksum)")
    }
    var sealed = header
    sealed.replaceSubrange(digits, with: Array(unknownChecksum.utf8))
    sealed.replaceSubrange(digits, with: Array(Checksum.text(of: sealed).utf8))
    return sealed
  }
}
