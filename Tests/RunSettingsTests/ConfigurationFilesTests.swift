import DataPipeline
import Foundation
import NeuralNetworks
import Testing

@testable import RunSettings

/// Every configuration that ships is read.
@Suite struct ConfigurationFilesTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("configs")

  private static var files: [String] {
    let paths = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
    return paths.filter { $0.hasSuffix(".yaml") }.sorted()
  }

  @Test func someShip() {
    #expect(Self.files.contains("quickstart.yaml"))
    #expect(Self.files.contains("bench/mlp-1024x3.yaml"))
    #expect(Self.files.filter { $0.hasPrefix("image-classification/") }.count >= 11)
  }

  @Test(arguments: files)
  func isReadAndComesBackTheSame(_ file: String) throws {
    let path = Self.folder.appendingPathComponent(file).path
    let configuration = try RunConfiguration.load(file: path)
    #expect(try RunConfiguration.parse(text: configuration.effectiveYAML(), fileName: "effective") == configuration)
    #expect((configuration.training.shards == nil) == file.hasPrefix("bench/"), "recipes set shards, benchmarks do not")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("# "), "a recipe begins with what it shows")
    #expect(text.contains("lockstep "), "a recipe says how it is run")
  }

  /// Layers fit the data and each other; the numbers of parameters are those of the same layers
  /// in PyTorch, counted there or by hand.
  @Test(arguments: [
    ("quickstart.yaml", 206_970),
    ("bench/mlp-1024x3.yaml", 5_259_264),
    ("bench/resnet20.yaml", 272_474),
    ("image-classification/softmax-regression.yaml", 30_730),
    ("image-classification/two-layer-49k.yaml", 154_160),
    ("image-classification/patchify-f4.yaml", 33_050),
    ("image-classification/patchify-f8.yaml", 40_280),
    ("image-classification/patchify-long.yaml", 773_270),
    ("image-classification/vit.yaml", 895_178),
  ])
  func modelIsBuilt(_ file: String, parameters: Int) throws {
    let configuration = try RunConfiguration.load(file: Self.folder.appendingPathComponent(file).path)
    let inputShape = configuration.data.nominalShape.sample
    let layers = try configuration.model.layers(inputShape: inputShape, outputs: 10)
    #expect(try Model(layers, inputShape: inputShape, outputs: 10).store.parameterCount == parameters)
  }
}
