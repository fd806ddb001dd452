import Foundation

@testable import DataPipeline

extension FuzzedReader {
  static var textReaders: [FuzzedReader] { [csv, labelledText] }

  private static var csv: FuzzedReader {
    FuzzedReader(name: "csv") { bytes in
      let text = Array(bytes)
      for hasHeader in [nil, true, false] {
        var specification = LabelledTextSpecification(path: "fuzz.csv", format: .csv)
        specification.hasHeader = hasHeader
        guard let lines = try? CSVReader.lines(text, specification) else { continue }
        precondition(lines.allSatisfy { !$0.text.isEmpty && !$0.label.isEmpty && $0.line > 0 })
        precondition(lines.reduce(0) { $0 + $1.text.count } <= text.count)
      }
    }
  }

  /// The first byte chooses the format; the rest is the file, and of the numbered one the categories too.
  private static var labelledText: FuzzedReader {
    let formats = LabelledTextSpecification.Format.allCases
    return FuzzedReader(name: "labelled-text") { bytes, folder in
      var input = InputBytes(bytes)
      let choice = Int(input.byte())
      let path = folder.write(input.rest, to: "lines")
      var specification = LabelledTextSpecification(path: path, format: formats[choice % formats.count])
      specification.categoriesPath = path
      guard let lines = try? specification.readLines() else {
        _ = try? specification.readCategories()
        return
      }
      _ = try? specification.readIndices(path, of: lines.lines)
      precondition(!lines.lines.isEmpty || lines.note != nil)
    }
  }
}
