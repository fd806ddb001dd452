import Hashing
import JSON
import PlainText

/// Metadata of a checkpoint's safetensors file.
///
/// | name | text |
/// |---|---|
/// | `format` | `pt`, which tells other tools that names and layouts are PyTorch's |
/// | `lockstep.format_version` | 1 |
/// | `lockstep.header_crc32` | CRC-32 of the file up to the data, with these eight digits as zeros |
/// | `lockstep.weights` | number of the model's parameters and buffers, which are the file's first tensors |
/// | `lockstep.weights_sha256` | SHA-256 over their data |
/// | `lockstep.checksums` | CRC-32 of each tensor, a JSON object in the file's order |
/// | `lockstep.state` | step, epoch, position and so on, a JSON object |
/// | `lockstep.progress` | the trainer's own state, JSON |
/// | `lockstep.configuration` | YAML |
/// | `lockstep.tokenizer` | tokeniser of a model of text, JSON |
/// | `lockstep.samples` | shape of a sample and names of classes, a JSON object |
enum CheckpointFormat {
  static let version = "1"
  static let headerChecksum = "lockstep.header_crc32"

  /// Stands for a digest until all data have been written; has the same length.
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

  /// Position of the digits of the header's own checksum; nil if the header has none.
  ///
  /// The first match is the right one: only `format` and the version come before it, and a JSON string cannot contain the name in
  /// plain quotes.
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

  /// The header with its checksum filled in.
  static func sealed(_ header: [UInt8]) -> [UInt8] {
    guard let digits = headerChecksumDigits(in: header) else {
      preconditionFailure("a checkpoint's header without \(headerChecksum)")
    }
    var sealed = header
    sealed.replaceSubrange(digits, with: Array(unknownChecksum.utf8))
    sealed.replaceSubrange(digits, with: Array(CRC32.hexadecimal(of: sealed).utf8))
    return sealed
  }
}
