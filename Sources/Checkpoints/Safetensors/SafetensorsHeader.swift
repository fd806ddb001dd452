import JSON

/// Name, type, shape and position of a tensor in a safetensors file.
public struct SafetensorsEntry: Equatable, Sendable {
  public let name: String
  public let type: ElementType
  public let shape: [Int]
  /// Range in the data section, which begins after the header.
  public let bytes: Range<Int>

  /// Number of elements.
  public var count: Int { bytes.count / type.size }
}

/// The header of a safetensors file: a JSON object of tensor names to type, shape and position, and a map of strings
/// under `__metadata__` (https://huggingface.co/docs/safetensors).
struct SafetensorsHeader: Equatable, Sendable {
  /// In the order of their data.
  var entries: [SafetensorsEntry]
  /// Names and texts, in the file's order.
  var metadata: [(name: String, text: String)]

  /// Limit of the reference implementation; a damaged length cannot ask for more memory.
  static let maximumLength = 100_000_000
  static let lengthBytes = 8

  static func == (left: Self, right: Self) -> Bool {
    left.entries == right.entries && left.metadata.elementsEqual(right.metadata, by: ==)
  }

  /// Length, JSON text, and spaces up to a multiple of 64 bytes, so that the data begin on a cache line.
  func encoded() -> [UInt8] {
    var members: [JSON.Member] = []
    if !metadata.isEmpty {
      members.append(JSON.Member("__metadata__", .object(metadata.map { JSON.Member($0.name, .string($0.text)) })))
    }
    for entry in entries {
      let value: JSON = [
        "dtype": .string(entry.type.rawValue),
        "shape": .array(entry.shape.map { .integer($0) }),
        "data_offsets": [.integer(entry.bytes.lowerBound), .integer(entry.bytes.upperBound)],
      ]
      members.append(JSON.Member(entry.name, value))
    }
    var text = Array(JSON.object(members).description.utf8)
    let alignment = 64
    let padding = (alignment - (Self.lengthBytes + text.count) % alignment) % alignment
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    return length + text
  }
}

extension SafetensorsHeader {
  /// Reads a header and checks all of it against `dataLength`, the number of bytes that follow. Entries need no further checks.
  init(text: [UInt8], dataLength: Int, path: String) throws(CheckpointError) {
    let document: JSON
    do {
      document = try JSON(parsing: text)
    } catch {
      throw .damaged(path, "the header is not valid JSON: \(error)")
    }
    guard let members = document.members else { throw .damaged(path, "the header is not a JSON object") }
    (entries, metadata) = ([], [])
    for member in members {
      if member.name == "__metadata__" {
        metadata = try Self.metadata(member.value, path: path)
      } else {
        entries.append(try Self.entry(member, path: path))
      }
    }
    // Empty tensors have the same offset as a neighbour; the header's order decides between them.
    let order = entries.indices.sorted {
      (entries[$0].bytes.lowerBound, entries[$0].bytes.upperBound, $0)
        < (entries[$1].bytes.lowerBound, entries[$1].bytes.upperBound, $1)
    }
    entries = order.map { entries[$0] }
    try checkOffsets(dataLength: dataLength, path: path)
  }

  private static func metadata(
    _ value: JSON, path: String
  ) throws(CheckpointError) -> [(name: String, text: String)] {
    guard let members = value.members else { throw .damaged(path, "the header's __metadata__ is not an object") }
    var metadata: [(name: String, text: String)] = []
    for member in members {
      guard let text = member.value.text else {
        throw .damaged(path, "the header's __metadata__ entry \"\(member.name)\" is not a string")
      }
      metadata.append((member.name, text))
    }
    return metadata
  }

  private static func entry(_ member: JSON.Member, path: String) throws(CheckpointError) -> SafetensorsEntry {
    func damaged(_ problem: String) -> CheckpointError { .damaged(path, tensor: member.name, problem) }
    guard let dtype = member.value["dtype"]?.text else { throw damaged("the header gives no dtype") }
    guard let type = ElementType(rawValue: dtype) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw CheckpointError(
        .incompatible, path: path, tensor: member.name, "dtype \"\(dtype)\" is not supported",
        hint: "convert it to one of \(known)")
    }
    guard let shape = naturals(member.value["shape"]) else {
      throw damaged("its shape is not a list of numbers from 0 up")
    }
    guard let offsets = naturals(member.value["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1] else {
      throw damaged("its data_offsets are not two ascending numbers")
    }
    var byteCount = type.size
    // A zero anywhere makes the product zero, however large the rest.
    for size in shape.contains(0) ? [0] : shape {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
      guard !overflow else { throw damaged("shape \(shape) is too large") }
      byteCount = product
    }
    guard offsets[1] - offsets[0] == byteCount else {
      throw damaged("\(dtype) \(shape) takes \(byteCount) bytes, its data_offsets give \(offsets[1] - offsets[0])")
    }
    return SafetensorsEntry(name: member.name, type: type, shape: shape, bytes: offsets[0]..<offsets[1])
  }

  private static func naturals(_ value: JSON?) -> [Int]? {
    guard let elements = value?.elements else { return nil }
    let numbers = elements.compactMap(\.integerValue).filter { $0 >= 0 }
    return numbers.count == elements.count ? numbers : nil
  }

  /// The format allows neither gaps nor overlaps nor bytes that belong to no tensor.
  private func checkOffsets(dataLength: Int, path: String) throws(CheckpointError) {
    var end = 0
    for entry in entries {
      if entry.bytes.lowerBound < end {
        throw .damaged(path, tensor: entry.name, "its data overlap those of the tensor before")
      }
      if entry.bytes.lowerBound > end {
        let gap = entry.bytes.lowerBound - end
        throw .damaged(path, tensor: entry.name, "\(gap) bytes before its data belong to no tensor")
      }
      end = entry.bytes.upperBound
      if end > dataLength {
        throw .damaged(
          path, tensor: entry.name,
          "the file is cut short: the data should end at byte \(end) of \(dataLength) after the header")
      }
    }
    guard end == dataLength else {
      throw .damaged(path, "\(dataLength - end) bytes after the last tensor belong to none")
    }
  }
}
