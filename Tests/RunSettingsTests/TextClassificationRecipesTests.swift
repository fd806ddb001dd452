import DataPipeline
import Foundation
import NeuralNetworks
import Testing

@testable import RunSettings

/// The recipes that classify texts: their layers fit surnames of up to 19 characters out of 54, in 18 classes.
struct TextClassificationRecipesTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("configs/text-classification")

  /// Numbers of parameters are those of the same layers in PyTorch, by hand.
  @Test(arguments: [("surnames.yaml", 25_586), ("surnames-balanced.yaml", 25_586), ("surnames-gru.yaml", 51_042)])
  func modelIsBuilt(_ file: String, parameters: Int) throws {
    let configuration = try RunConfiguration.load(file: Self.folder.appendingPathComponent(file).path)
    #expect(configuration.data.isLabelledText)
    let layers = try configuration.model.layers(inputShape: [19], outputs: 18)
    let model = try Model(layers, inputShape: [19], outputs: 18, vocabulary: 55, predictsTokens: false)
    #expect(model.store.parameterCount == parameters)
  }
}
