/// The known data sets in a data directory: what is there, whether it is whole, and getting it.
public enum DataCatalog {
  /// Where data are kept when nothing else is said, below the working directory.
  public static let defaultDirectory = "data"
}
