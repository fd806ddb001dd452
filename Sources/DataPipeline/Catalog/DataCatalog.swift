/// The data sets of `lockstep data`: the bundled data and the public data sets, in a data directory.
public struct DataCatalog: Sendable {
  /// A data set of the catalogue.
  public struct Entry: Sendable {
    public enum Source: Sendable {
      /// It comes with the program.
      case bundled([BundledData.File])
      /// It can be downloaded.
      case download(KnownDataset)
    }

    public var name: String
    public var summary: String
    public var terms: String
    public var source: Source
  }

  /// The data directory if none is given, relative to the working directory.
  public static let defaultDirectory = "data"

  /// Bundled data sets, then those that can be fetched.
  public static let entries: [Entry] =
    DatasetCatalogue.entries.compactMap { kind in
      guard case .bundled(let files, let summary, let terms) = kind.origin else { return nil }
      return Entry(name: kind.name, summary: summary, terms: terms, source: .bundled(files))
    }
    + DatasetCatalogue.downloads.map {
      Entry(name: $0.name, summary: $0.summary, terms: $0.terms, source: .download($0))
    }

  public let directory: String
  let downloader: Downloader

  public init(directory: String? = nil) {
    self.init(directory: directory ?? Self.defaultDirectory, downloader: Downloader())
  }

  init(directory: String, downloader: Downloader) {
    (self.directory, self.downloader) = (directory, downloader)
  }

  public static func entry(named name: String) throws(DataError) -> Entry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    let names = entries.map(\.name).joined(separator: ", ")
    throw DataError("data set '\(name)'", "is not known", advice: "known are \(names)", isWrongUse: true)
  }
}
