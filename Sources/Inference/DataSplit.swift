/// One of the parts of a data set, by its name.
public enum DataSplit: String, Sendable {
  case training = "train"
  case validation, test
}
