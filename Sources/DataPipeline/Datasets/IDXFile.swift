/// An IDX file of unsigned bytes, MNIST's format: two zero bytes, the type (8), the number of dimensions, their
/// sizes as big-endian 32-bit integers, the elements.
struct IDXFile {
  let file: FileContents
  /// Sizes of the dimensions, the number of records first.
  let shape: [Int]
  /// Byte of the first element.
  var offset: Int { 4 + 4 * shape.count }

  /// - Parameters:
  ///   - dimensions: Numbers of dimensions that are allowed.
  ///   - limit: Most bytes that a `.gz` file may inflate to.
  init(
    _ path: String, dimensions: ClosedRange<Int>,
    inflatingAtMost limit: Int = DatasetSpecification.defaultMaxInflatedBytes
  ) throws(DataError) {
    let file = try FileContents.open(path, inflatingAtMost: limit, promised: Self.size(promisedBy:))
    self.file = file
    let advice = "fetch the file again"
    guard file.count >= 4 else {
      throw DataError(path, "ends at byte \(file.count), within the header of an IDX file", advice: advice)
    }
    guard file[0] == 0, file[1] == 0, file[2] == 8 else {
      let start = (0..<4).map { String(file[$0]) }.joined(separator: " ")
      throw DataError(
        "\(path), byte 0", "no IDX file of unsigned bytes: it starts with \(start), not 0 0 8",
        advice: "only MNIST's format is read here")
    }
    guard dimensions.contains(Int(file[3])) else {
      throw DataError(
        "\(path), byte 3", "has \(file[3]) dimensions, expected \(dimensions.lowerBound)",
        advice: "images have 3 (or 4, with channels), labels 1; are files mixed up?")
    }
    let dimensionCount = Int(file[3])
    guard file.count >= 4 + 4 * dimensionCount else {
      throw DataError(path, "ends at byte \(file.count), within the header of an IDX file", advice: advice)
    }
    shape = (0..<dimensionCount).map { axis in
      (4..<8).reduce(0) { $0 << 8 | Int(file[4 * axis + $1]) }
    }
    try checkSize(advice: advice)
  }

  /// Size of the whole file by its header, in bytes; nil if the header makes no sense.
  private static func size(promisedBy start: [UInt8]) -> Int? {
    guard start.count >= 8, start[3] >= 1, start.count >= 4 + 4 * Int(start[3]) else { return nil }
    var size = 1
    for axis in 1...Int(start[3]) {
      let (product, overflow) = size.multipliedReportingOverflow(
        by: start[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) })
      guard !overflow, product < 1 << 48 else { return nil }
      size = product
    }
    return 4 + 4 * Int(start[3]) + size
  }

  /// Compares the file's size with the one that its header implies.
  private func checkSize(advice: String) throws(DataError) {
    let path = file.path
    var recordSize = 1
    for size in shape.dropFirst() {
      let (product, overflow) = recordSize.multipliedReportingOverflow(by: size)
      guard !overflow, product > 0, product <= 1 << 28 else {
        throw DataError("\(path), byte 8", "records of shape \(shape.dropFirst())", advice: advice)
      }
      recordSize = product
    }
    let expected = offset + shape[0] * recordSize
    if file.count < expected {
      let record = (file.count - offset) / recordSize
      throw DataError(
        "\(path), record \(record), byte \(file.count)",
        "truncated: the header promises \(shape[0]) records, \(expected) bytes", advice: advice)
    }
    if file.count > expected {
      throw DataError(
        "\(path), byte \(expected)", "has \(file.count - expected) bytes more than its header promises", advice: advice
      )
    }
  }
}
