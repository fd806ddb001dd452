/// An IDX file of unsigned bytes, MNIST's format: two zero bytes, the type (8), the number of dimensions, their sizes as
/// big-endian 32-bit integers, the elements.
struct IDXFile {
  let file: FileContents
  /// Sizes of the dimensions, the number of records first.
  let shape: [Int]
  /// First element.
  var offset: Int { 4 + 4 * shape.count }

  /// - Parameter dimensions: how many are allowed.
  init(_ path: String, dimensions: ClosedRange<Int>) throws(DataError) {
    file = try FileContents.open(path)
    let bytes = file.bytes
    let advice = "fetch the file again"
    guard bytes.count >= 4 else {
      throw DataError(path, "ends at byte \(bytes.count), within the header of an IDX file", advice: advice)
    }
    guard bytes[0] == 0, bytes[1] == 0, bytes[2] == 8 else {
      let start = bytes.prefix(4).map { String($0) }.joined(separator: " ")
      throw DataError(
        "\(path), byte 0", "no IDX file of unsigned bytes: it starts with \(start), not 0 0 8",
        advice: "only MNIST's format is read here")
    }
    guard dimensions.contains(Int(bytes[3])) else {
      throw DataError(
        "\(path), byte 3", "has \(bytes[3]) dimensions, expected \(dimensions.lowerBound)",
        advice: "images have 3 (or 4, with channels), labels 1; are files mixed up?")
    }
    let dimensionCount = Int(bytes[3])
    guard bytes.count >= 4 + 4 * dimensionCount else {
      throw DataError(path, "ends at byte \(bytes.count), within the header of an IDX file", advice: advice)
    }
    shape = (0..<dimensionCount).map { axis in
      Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 + 4 * axis, as: UInt32.self)))
    }
    try checkSize(advice: advice)
  }

  /// The header decides how many bytes there have to be.
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
    let bytes = file.bytes
    if bytes.count < expected {
      let record = (bytes.count - offset) / recordSize
      throw DataError(
        "\(path), record \(record), byte \(bytes.count)",
        "truncated: the header promises \(shape[0]) records, \(expected) bytes", advice: advice)
    }
    if bytes.count > expected {
      throw DataError(
        "\(path), byte \(expected)", "has \(bytes.count - expected) bytes more than its header promises", advice: advice
      )
    }
  }
}
