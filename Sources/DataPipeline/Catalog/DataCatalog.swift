/// The data sets of `lockstep data`: the bundled data and the public data sets, in a data directory.
public struct DataCatalog: Sendable {
  /// One thing that the catalogue names.
  public struct Entry: Sendable {
    public enum Source: Sendable {
      /// Comes with the program.
      case bundled([BundledData.File])
      /// Is fetched.
      case download(KnownDataset)
    }

    public var name: String
    public var summary: String
    public var terms: String
    public var source: Source
  }

  /// Where data are kept when nothing else is said, below the working directory.
  public static let defaultDirectory = "data"

  public static let entries: [Entry] =
    [
      Entry(
        name: DatasetSpecification.Kind.mnist5k.rawValue,
        summary: "4 000 + 1 000 handwritten digits of MNIST, 28×28, grey",
        terms: "see NOTICE", source: .bundled(BundledData.mnist5kFiles)),
      Entry(
        name: "novel", summary: "Jane Austen, Pride and Prejudice, as text", terms: "public domain",
        source: .bundled(BundledData.novelFiles)),
    ]
    + KnownDataset.all.map {
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
