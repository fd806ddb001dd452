import Testing

@testable import Checkpoints

/// Files from anybody: an error that says what is wrong, never a trap or a wrong offset.
@Suite struct HostileSafetensorsTests {
  private func file(header: String, data: Int) -> [UInt8] {
    let text = Array(header.utf8)
    let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
    return length + text + [UInt8](repeating: 0, count: data)
  }

  private func error(of bytes: [UInt8]) throws -> CheckpointError? {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "hostile.safetensors")
    return #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
  }

  @Test func theSmallestFileIsFine() throws {
    let folder = try TemporaryFolder()
    let good = file(header: #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, data: 2)
    #expect(try SafetensorsFile(path: try folder.write(good, to: "f")).entries.map(\.count) == [2])
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,7]}}"#, 7, "takes 8 bytes"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "ascending"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, 8, "ascending"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,16]}}"#, 8, "two ascending"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,1e1]}}"#, 8, "two ascending"),
    (#"{"a":{"dtype":"F32","shape":[2]}}"#, 8, "two ascending"),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "shape"),
    (#"{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}"#, 8, "shape"),
    (#"{"a":{"dtype":"F32","shape":[9223372036854775807,3],"data_offsets":[0,8]}}"#, 8, "too large"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "too large"),
    (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#, 8, "shape"),
    (#"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#, 8, "cut short"),
    (#"{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#, 8, "dtype \"C64\" is not supported"),
    (#"{"a":{"shape":[1],"data_offsets":[0,8]}}"#, 8, "no dtype"),
    (#"{"a":7}"#, 0, "no dtype"),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3,
      "overlap"
    ),
    (
      #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}}"#, 4,
      "1 bytes before"
    ),
    (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 3, "1 bytes after the last tensor"),
    (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 1, "cut short"),
    (
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, 2,
      "appears twice"
    ),
    (#"{"__metadata__":[]}"#, 0, "not an object"),
    (#"{"__metadata__":{"a":1}}"#, 0, "not a string"),
    ("[]", 0, "not a JSON object"),
    ("", 0, "not valid JSON"),
    (#"{"a":"#, 0, "not valid JSON"),
  ])
  func saysWhatIsWrong(_ header: String, _ data: Int, _ problem: String) throws {
    let error = try #require(try error(of: file(header: header, data: data)))
    #expect(error.problem.contains(problem), "\(error)")
    #expect(error.hint != nil)
  }

  @Test func aHeaderLongerThanTheFile() throws {
    var bytes = file(header: "{}", data: 0)
    bytes[0] = 3
    #expect(try error(of: bytes)?.problem.contains("cut short") == true)
    #expect(try error(of: [UInt8](repeating: 0xFF, count: 16))?.problem.contains("not a safetensors file") == true)
    #expect(try error(of: Array("PK\u{3}\u{4} a zip file, say".utf8))?.kind == .damaged)
  }

  @Test func cutAtEveryByte() throws {
    let folder = try TemporaryFolder()
    try writeSample(to: folder.file("whole"))
    let whole = try bytes(of: folder.file("whole"))
    for length in 0..<whole.count {
      let path = try folder.write(Array(whole[..<length]), to: "cut")
      let error = #expect(throws: CheckpointError.self, "cut to \(length) bytes") { try Checkpoint(path: path) }
      #expect(error?.kind == .damaged)
    }
  }

  /// Every bit of the header, and bits throughout the data: opening and verifying never takes a changed file for whole.
  @Test func everyFlippedBitIsFound() throws {
    let folder = try TemporaryFolder()
    try writeSample(to: folder.file("whole"))
    let whole = try bytes(of: folder.file("whole"))
    let checkpoint = try Checkpoint(path: folder.file("whole"))
    try checkpoint.verify()
    for position in whole.indices {
      var changed = whole
      changed[position] ^= 1 << UInt8(position % 8)
      let path = try folder.write(changed, to: "changed")
      #expect(throws: CheckpointError.self, "byte \(position)") { try Checkpoint(path: path).verify() }
    }
  }

  @Test func missingAndUnreadable() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: folder.file("none")) }
    #expect(missing?.kind == .missing)
    #expect(missing?.description == "\(folder.file("none")): cannot open the file: No such file or directory")
    #expect(throws: CheckpointError.self) { try SafetensorsFile(path: folder.path) }
  }
}
