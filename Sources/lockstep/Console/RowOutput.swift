import DataPipeline
import Files

/// Destination of a command's rows: standard output, or a file that is complete or absent.
final class RowOutput {
  private let file: OutputFile?
  private var writer = TextWriter(.standard)

  /// - Parameter path: File, which may be replaced; nil or `-` is standard output.
  init(_ path: String?) throws(DataError) {
    file = if let path, path != "-" { try OutputFile.forUser(path) } else { nil }
  }

  func write(_ rows: [UInt8]) throws(DataError) {
    guard let file else { return writer.write(rows) }
    try file.append(rows)
  }

  /// Gives a file its name.
  func finish() throws(DataError) { try file?.commit() }
}
