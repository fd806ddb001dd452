/// A line of a CSV file.
enum CSVLine {
  /// Fields are in quotes where RFC 4180 requires them; the line ends with a line feed, as other tools on this system write it.
  static func text(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
