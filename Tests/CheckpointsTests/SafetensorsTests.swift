import Foundation
import Tensors
import Testing

@testable import Checkpoints

@Suite struct SafetensorsTests {
  private struct Expected: Decodable {
    let shape: [Int]
    /// Bit patterns of the values as float32.
    let bits: [String]
  }

  /// `Resources/types.*` by `Tests/peers/make_checkpoint_goldens.py`.
  @Test func readsWhatTheReferenceImplementationWrote() throws {
    let file = try SafetensorsFile(path: try resource("types.safetensors"))
    let expected = try JSONDecoder().decode(
      [String: Expected].self, from: Data(try bytes(of: try resource("types.json"))))
    #expect(file.entries.count == expected.count)
    for (name, tensor) in expected {
      let entry = try #require(file[name])
      #expect(entry.shape == tensor.shape)
      #expect(try file.floats(of: entry).map(\.bitPattern) == tensor.bits.map { UInt32($0, radix: 16) })
    }
    #expect(file.metadata("größe") == "a \"quoted\"\nline")
    #expect(file.metadata("absent") == nil)
  }

  @Test func everyTypeIsInTheGolden() throws {
    let file = try SafetensorsFile(path: try resource("types.safetensors"))
    #expect(ElementType.allCases.allSatisfy { type in file.entries.contains { $0.type == type } })
  }

  @Test func writesTheSameBytesEveryTime() throws {
    let folder = try TemporaryFolder()
    let pool = StoragePool()
    let tensors = [
      TensorSource("z", Tensor([1, 2, 3], shape: [3], dtype: .float64, pool: pool)),
      TensorSource("a", Tensor([7, -7], shape: [2, 1], dtype: .int32, pool: pool)),
      TensorSource("m", Tensor([255], shape: [], dtype: .uint8, pool: pool)),
    ]
    for name in ["one", "two"] {
      try SafetensorsWriter.write(tensors, metadata: [("b", "1"), ("a", "2")], to: folder.file(name))
    }
    #expect(try bytes(of: folder.file("one")) == bytes(of: folder.file("two")))
    let file = try SafetensorsFile(path: folder.file("one"))
    #expect(file.entries.map(\.name) == ["z", "a", "m"])
    #expect(file.entries.map(\.type) == [.float64, .int32, .uint8])
    #expect(file.header.metadata.map(\.name) == ["b", "a"])
    #expect(file.headerBytes.count % 64 == 0)
    #expect(try file.floats(of: file.entries[1]) == [7, -7])
    #expect(try folder.names() == ["one", "two"])
  }

  @Test func noTensorsAtAll() throws {
    let folder = try TemporaryFolder()
    try SafetensorsWriter.write([], to: folder.file("empty"))
    #expect(try SafetensorsFile(path: folder.file("empty")).entries.isEmpty)
  }

  /// Elements that do not fit one piece of reading, and one more than a multiple of it.
  @Test func longTensorsComeInPieces() throws {
    let folder = try TemporaryFolder()
    let values = (0..<((1 << 19) + 1)).map { Float($0 % 1009) }
    try SafetensorsWriter.write([TensorSource("long", shape: [values.count], values: values)], to: folder.file("f"))
    let file = try SafetensorsFile(path: folder.file("f"))
    #expect(try file.floats(of: file.entries[0]) == values)
    let pool = StoragePool()
    let tensor = Tensor(zeros: [values.count], pool: pool)
    try file.read(file.entries[0], into: tensor)
    #expect(Array(tensor.floats) == values)
  }

  /// Over images, and over sequences.
  @Test(arguments: [[2, 5], [5]]) func convolutionWeightsAreStoredAsPyTorchHasThem(window: [Int]) throws {
    let folder = try TemporaryFolder()
    let pool = StoragePool()
    let (outputs, taps, inputs) = (3, window.reduce(1, *), 7)
    let tensor = Tensor(
      (0..<(outputs * taps * inputs)).map(Double.init), shape: [outputs] + window + [inputs], pool: pool)
    try SafetensorsWriter.write([TensorSource("w", tensor, layout: .convolution)], to: folder.file("f"))
    let file = try SafetensorsFile(path: folder.file("f"))
    #expect(file.entries[0].shape == [outputs, inputs] + window)
    var expected: [Float] = []
    for o in 0..<outputs {
      for i in 0..<inputs {
        for tap in 0..<taps { expected.append(Float((o * taps + tap) * inputs + i)) }
      }
    }
    #expect(try file.floats(of: file.entries[0]) == expected)

    let read = Tensor(zeros: tensor.shape, pool: pool)
    try file.read(file.entries[0], into: read, layout: .convolution)
    #expect(read.values == tensor.values)
    let error = #expect(throws: CheckpointError.self) { try file.read(file.entries[0], into: read) }
    #expect(error?.kind == .incompatible)
    #expect(error?.problem == "the file has shape \([outputs, inputs] + window), the model \(tensor.shape)")
  }
}
