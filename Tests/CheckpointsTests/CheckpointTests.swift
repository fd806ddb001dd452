import Hashing
import JSON
import PlainText
import Tensors
import Testing

@testable import Checkpoints

@Suite struct CheckpointTests {
  /// `Resources/checkpoint.safetensors` was put together by `Tests/peers/make_checkpoint_goldens.py`.
  @Test func equalsTheGoldenByteForByte() throws {
    let folder = try TemporaryFolder()
    let pool = StoragePool()
    // PyTorch divides in float32.
    let convolution = Tensor(uninitialized: [3, 2, 2, 2], pool: pool)
    for index in 0..<24 { convolution.floats[index] = Float(index) / 7 }
    let weights = [
      TensorSource("0.weight", convolution, layout: .convolution),
      TensorSource("0.bias", shape: [3], values: [1, -2.5, 1e-8]),
      TensorSource("1.running_mean", shape: [3], values: [0.25, -0.0, 3e38]),
    ]
    let state = [
      TensorSource("optimizer.momentum.0.bias", shape: [3], values: [0.5, 0, -0.5]),
      TensorSource("data.mean", shape: [0], values: []),
    ]
    let metadata = CheckpointMetadata(
      step: 1200, epoch: 3, position: 400, shards: 4, workers: 2, blasThreads: 1,
      best: .init(step: 1100, metric: "validation_loss", value: 0.1),
      configuration: "training: {batch_size: 100}\n# größer\n", progress: "{\"samples\":120000}")
    let sha256 = try Checkpoint.write(to: folder.file("ours"), weights: weights, state: state, metadata: metadata)
    let golden = try resource("checkpoint.safetensors")
    #expect(try bytes(of: folder.file("ours")) == bytes(of: golden))

    let checkpoint = try Checkpoint(path: golden)
    try checkpoint.verify()
    #expect(checkpoint.metadata == metadata)
    #expect(checkpoint.weightsSHA256 == sha256)
    #expect(try Checkpoint.weightsSHA256(of: weights) == sha256)
  }

  @Test func everythingComesBack() throws {
    let folder = try TemporaryFolder()
    let model = SampleModel(variant: 5)
    let path = folder.file("c")
    try Checkpoint.write(to: path, weights: model.weights, state: model.state, metadata: .sample(step: 71, best: 60))
    let checkpoint = try Checkpoint(path: path)
    #expect(checkpoint.metadata == .sample(step: 71, best: 60))
    #expect(!checkpoint.metadata.isBest)
    #expect(checkpoint.weights.map(\.name) == ["0.weight", "0.bias"])
    #expect(checkpoint.state.map(\.name) == ["optimizer.momentum.0.bias"])
    #expect(try checkpoint.floats("0.bias") == model.bias)
    #expect(try checkpoint.floats("optimizer.momentum.0.bias") == model.momentum)
    let convolution = Tensor(zeros: model.convolution.shape, pool: StoragePool())
    try checkpoint.read("0.weight", into: convolution, layout: .convolution)
    #expect(convolution.values == model.convolution.values)
    #expect(try folder.names() == ["c"])
  }

  @Test func samplesAndClassesComeBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("c")
    var metadata = CheckpointMetadata.sample(step: 7)
    metadata.samples = .init(shape: [19], classes: ["a \"b\"", "漢", ""])
    try Checkpoint.write(to: path, weights: SampleModel(variant: 1).weights, state: [], metadata: metadata)
    #expect(try Checkpoint(path: path).metadata == metadata)
    for (text, isRead) in [
      (#"{"shape":[2],"classes":["x"]}"#, true), (#"{"shape":[0],"classes":[]}"#, false),
      (#"{"shape":[],"classes":[]}"#, false), (#"{"shape":[2],"classes":[3]}"#, false),
      (#"{"shape":[2],"classes":["x","y","x"]}"#, false), (#"{"shape":2}"#, false),
    ] {
      #expect((CheckpointMetadata.Samples(json: try JSON(parsing: text)) != nil) == isRead, "\(text)")
    }
  }

  @Test func withoutValidationThereIsNoBest() throws {
    let folder = try TemporaryFolder()
    try writeSample(to: folder.file("c"), step: 5)
    let metadata = try Checkpoint(path: folder.file("c")).metadata
    #expect(metadata.best == nil)
    #expect(!metadata.isBest)
  }

  /// The digest covers weights only, so it follows them and nothing else.
  @Test func weightsSHA256FollowsTheWeights() throws {
    let folder = try TemporaryFolder()
    let first = try writeSample(to: folder.file("a"), step: 1, variant: 1)
    #expect(try writeSample(to: folder.file("b"), step: 2, variant: 1) == first)
    #expect(try writeSample(to: folder.file("c"), step: 1, variant: 2) != first)
    let whole = try bytes(of: folder.file("a"))
    let file = try SafetensorsFile(path: folder.file("a"))
    let end = file.headerBytes.count + file.entries[1].bytes.upperBound
    let data = whole[file.headerBytes.count..<end]
    #expect(Array(data).withUnsafeBytes { SHA256.hexadecimal(of: $0) } == first)
  }

  @Test func damageNamesFileAndTensor() throws {
    let folder = try TemporaryFolder()
    try writeSample(to: folder.file("c"))
    var changed = try bytes(of: folder.file("c"))
    let file = try SafetensorsFile(path: folder.file("c"))
    let bias = try #require(file["0.bias"])
    changed[file.headerBytes.count + bias.bytes.lowerBound + 6] ^= 0x10
    let path = try folder.write(changed, to: "damaged.safetensors")
    let checkpoint = try Checkpoint(path: path)
    #expect(try checkpoint.floats("optimizer.momentum.0.bias").count == 5)
    let expected =
      "\(path): tensor 0.bias: its data are damaged: the checksum differs; use another checkpoint or get the file again"
    #expect(#expect(throws: CheckpointError.self) { try checkpoint.verify() }?.description == expected)
    #expect(#expect(throws: CheckpointError.self) { try checkpoint.floats("0.bias") }?.description == expected)
    let tensor = Tensor(zeros: [5], pool: StoragePool())
    #expect(#expect(throws: CheckpointError.self) { try checkpoint.read("0.bias", into: tensor) }?.tensor == "0.bias")
  }

  @Test func filesOfOthersAndOfOtherVersions() throws {
    let folder = try TemporaryFolder()
    let other = #expect(throws: CheckpointError.self) { try Checkpoint(path: try resource("types.safetensors")) }
    #expect(other?.kind == .incompatible)
    #expect(other?.problem.contains("not a checkpoint of Lockstep") == true)

    try writeSample(to: folder.file("c"))
    var text = try bytes(of: folder.file("c"))
    let key = Array("format_version\":\"1".utf8)
    let index = try #require(text.indices.first { text[$0...].starts(with: key) })
    text[index + key.count - 1] = UInt8(ascii: "7")
    let dataStart = try SafetensorsFile(path: folder.file("c")).headerBytes.count
    let sealed = CheckpointFormat.sealed(Array(text[..<dataStart])) + text[dataStart...]
    let newer = #expect(throws: CheckpointError.self) { try Checkpoint(path: try folder.write(sealed, to: "newer")) }
    #expect(newer?.kind == .incompatible)
    #expect(newer?.problem == "written in format 7, this program reads format 1")
  }

  @Test func anotherModelIsToldByItsParameters() throws {
    let folder = try TemporaryFolder()
    try writeSample(to: folder.file("c"))
    let checkpoint = try Checkpoint(path: folder.file("c"))
    try checkpoint.requireWeights([.init("0.weight", shape: [5, 3, 3, 2]), .init("0.bias", shape: [5])])
    let error = #expect(throws: CheckpointError.self) {
      try checkpoint.requireWeights([.init("0.weight", shape: [7, 3, 3, 2]), .init("2.bias", shape: [5])])
    }
    #expect(
      error?.problem == """
        a checkpoint of another model: 0.weight is [5, 3, 3, 2] in the checkpoint, [7, 3, 3, 2] in the model; \
        2.bias [5] is missing in the checkpoint; 0.bias [5] is not in the model
        """)
    let many = #expect(throws: CheckpointError.self) {
      try checkpoint.requireWeights((0..<20).map { .init("\($0).scale", shape: [1]) })
    }
    #expect(many?.problem.hasSuffix("5.scale [1] is missing in the checkpoint; 16 more") == true)
    #expect(#expect(throws: CheckpointError.self) { try checkpoint.floats("absent") }?.kind == .incompatible)
  }
}
