import Charts
import Checkpoints
import Foundation
import JSON
import RunSettings

@testable import Checkpoints
@testable import Training

extension FuzzedReader {
  static var checkpointReaders: [FuzzedReader] { [safetensors, checkpoint, json, metrics] }

  /// The first byte chooses: a whole file; a header, to which the right length and so many bytes of data are added; or, which takes
  /// the least time, a header and a number of bytes that need not be there.
  private static var safetensors: FuzzedReader {
    FuzzedReader(name: "safetensors") { bytes, folder in
      var input = InputBytes(bytes)
      switch input.byte() & 3 {
      case 0: readTensors(folder.write(input.rest, to: "file"))
      case 1:
        let dataCount = Int(input.word() % (1 << 12))
        let header = input.rest
        let path = withUnsafeBytes(of: UInt64(header.count).littleEndian) {
          folder.write([$0, header], to: "file", size: 8 + header.count + dataCount)
        }
        readTensors(path)
      default:
        let dataCount = Int(input.word() >> 1)
        guard let header = try? SafetensorsHeader(text: Array(input.rest), dataLength: dataCount, path: "") else {
          return
        }
        precondition(header.entries.reduce(0) { $0 + $1.bytes.count } == dataCount)
        let again = header.encoded()
        let text = Array(again.dropFirst(8))
        precondition((try? SafetensorsHeader(text: text, dataLength: dataCount, path: "")) == header)
      }
    }
  }

  private static func readTensors(_ path: String) {
    guard let file = try? SafetensorsFile(path: path) else { return }
    var count = 0
    for entry in file.entries {
      precondition(entry.shape.contains(0) || entry.shape.reduce(1, *) == entry.count)
      precondition(file[entry.name] == entry)
      guard let values = try? file.floats(of: entry) else { continue }
      precondition(values.count == entry.count)
      count += entry.bytes.count
    }
    precondition(count <= 1 << 17, "more elements than the file has bytes")
  }

  /// Members of a checkpoint's metadata, one a line, in the order of `CheckpointFormat`, sealed with a right checksum.
  private static var checkpoint: FuzzedReader {
    let names = [
      "lockstep.weights", "lockstep.weights_sha256", "lockstep.checksums", "lockstep.state", "lockstep.progress",
      "lockstep.samples", "lockstep.tokenizer", "lockstep.configuration",
    ]
    return FuzzedReader(name: "checkpoint") { bytes, folder in
      // The configuration, which comes last, has lines of its own.
      let lines = bytes.split(
        separator: UInt8(ascii: "\n"), maxSplits: names.count - 1, omittingEmptySubsequences: false)
      let texts = zip(names, lines).filter { !$0.1.isEmpty }.map { ($0, String(decoding: $1, as: UTF8.self)) }
      let metadata =
        [("format", "pt"), ("lockstep.format_version", "1"), ("lockstep.header_crc32", "00000000")] + texts
      let entry = SafetensorsEntry(name: "weight", type: .float32, shape: [2], bytes: 0..<8)
      let header = SafetensorsHeader(entries: [entry], metadata: metadata.map { (name: $0.0, text: $0.1) })
      let path = CheckpointFormat.sealed(header.encoded()).withUnsafeBytes { sealed in
        folder.write([sealed], to: "step-1.safetensors", size: sealed.count + 8)
      }
      guard let checkpoint = try? Checkpoint(path: path) else { return }
      _ = try? checkpoint.verify()
      _ = try? checkpoint.floats("weight")
      _ = try? RunProgress(of: checkpoint)
      _ = try? RunConfiguration.parse(text: checkpoint.metadata.configuration)
    }
  }

  /// A value that is read is the same after it was written.
  private static var json: FuzzedReader {
    FuzzedReader(name: "json") { bytes in
      guard let value = try? JSON(parsing: Array(bytes)) else { return }
      let text = value.description
      guard let again = try? JSON(parsing: text) else { preconditionFailure("cannot be read again: \(text)") }
      precondition(again == value, "differs when it is read again: \(text)")
    }
  }

  /// Any log can be cut, and what it records can be drawn.
  private static var metrics: FuzzedReader {
    FuzzedReader(name: "metrics") { bytes, folder in
      let log = StepLog(path: folder.write(bytes, to: "metrics.jsonl"))
      var curves = RunCurves()
      _ = try? RunFolder.readMetrics(in: folder.path) { curves.add($0) }
      precondition(!curves.chart(title: "log").svg.contains("nan"))
      for width in [30, 80] {
        guard let text = curves.textChart(marks: .ascii)?.text(width: width) else { continue }
        precondition(text.split(separator: "\n").allSatisfy { $0.count <= width })
      }
      _ = try? log.cut(after: 5)
    }
  }
}
