import Configuration
import NeuralNetworks
import Testing

@testable import RunSettings

/// Layers of a list can have names, and lists can be repeated.
@Suite struct NamedLayerTests {
  private func model(_ layers: String) throws -> Model {
    let text = "data: {dataset: synthetic, shape: [7], classes: 3}\nmodel: {layers: \(layers)}\ntraining: {steps: 1}"
    let configuration = try RunConfiguration.parse(text: text, fileName: "m.yaml")
    let again = try RunConfiguration.parse(text: configuration.effectiveYAML())
    #expect(again == configuration)
    return try Model(configuration.model.layers(inputShape: [7], outputs: 3), inputShape: [7], outputs: 3)
  }

  private func message(_ layers: String) -> String {
    do {
      return "read \(try model(layers).layerPaths)"
    } catch {
      return "\(error)"
    }
  }

  @Test func pathsHaveTheNames() throws {
    let model = try model("[{linear: 5, name: hidden}, {relu: , name: act}, relu, {linear: {outputs: 3}, name: head}]")
    #expect(model.layerPaths == ["hidden", "act", "2", "head"])
    #expect(model.store.parameters.map(\.path) == ["hidden.weight", "hidden.bias", "head.weight", "head.bias"])
  }

  @Test func copiesHaveParametersOfTheirOwn() throws {
    let model = try model("[repeat: {times: 2, layers: [{linear: 5, name: fc}, tanh]}, linear: classes]")
    #expect(model.layerPaths == ["0", "0.0.fc", "0.0.1", "0.1.fc", "0.1.1", "1"])
    let shapes = model.store.parameters.filter { $0.path.hasSuffix("weight") }.map(\.shape)
    #expect(shapes == [[5, 7], [5, 5], [3, 5]])
  }

  @Test func namesAreWordsAndUnique() {
    #expect(
      message("[{linear: 5, name: a.b}, linear: 3]")
        == "m.yaml:2:36: model.layers.0.name: expected a letter or _, then letters, digits and _, at most 64, found 'a.b'"
    )
    #expect(message("[{linear: 5, name: 0a}, linear: 3]").contains("found '0a'"))
    let long = String(repeating: "a", count: 65)
    #expect(message("[{linear: 5, name: \(long)}, linear: 3]").contains("at most 64"))
    // Read back as texts, whatever YAML makes of the bare words.
    for word in ["null", "true", "y", "e1"] {
      #expect(message("[{linear: 3, name: \"\(word)\"}]") == "read [\"\(word)\"]")
    }
    #expect(
      message("[{linear: 5, name: a}, {linear: 3, name: a}]")
        == "layer a (linear): another layer of its list has the same name; give each its own")
    #expect(
      message("[{linear: 5, conv: 3}, linear: 3]").contains(
        "a layer has one key, and a name at most, found linear, conv"))
    #expect(message("[{name: relu}, linear: 3]").contains("a name without a layer"))
  }

  /// A model of tokens may call its first layer what it likes.
  @Test func aNamedLayerIsStillTheFirst() throws {
    let layers = try Codec.layers("[{embedding: 4, name: table}, global_average_pool, linear: 3]")
    #expect(try Model(layers, inputShape: [5], vocabulary: 7, predictsTokens: false).layerPaths[0] == "table")
  }

  /// A few words ask for any number of layers.
  @Test func copiesOfCopiesAreBounded() {
    let inner = "repeat: {times: 1000, layers: [relu, repeat: {times: 1000, layers: [tanh]}]}"
    #expect(message("[\(inner), linear: 3]").hasSuffix("is one of more than 20000 layers; repeat fewer"))
  }

  @Test func factorsMustFit() throws {
    #expect(
      message("[multiply: [[linear: 5], [linear: 4]], linear: 3]")
        == "layer 0 (multiply): branch 1 gives 4, another one 5; all branches must give one shape, or one number a channel"
    )
    #expect(message("[multiply: [[linear: 5], [linear: 5, sigmoid]], linear: 3]").hasPrefix("read"))
    #expect(message("[multiply: [[relu]], linear: 3]").contains("it requires at least 2"))
  }

  /// A vector of a whole sequence, multiplied into each time step, would tell what comes.
  @Test func aGateOverTimeSeesTheFuture() throws {
    let gate = "multiply: [[], [global_average_pool, linear: 8, sigmoid]]"
    let layers = try Codec.layers("[embedding: 8, \(gate), linear: classes]")
    let error = #expect(throws: ModelError.self) {
      try Model(layers, inputShape: [5], outputs: 7, vocabulary: 7)
    }
    #expect(error?.problem == "sees the tokens that are to be predicted")
  }
}

extension Codec where Value == LayerSpecification {
  fileprivate static func layers(_ text: String) throws -> [LayerSpecification] {
    var reader = YAMLReader(fileName: "layers")
    let read = reader.read(text)
    let node = try #require(read)
    var context = DecodingContext()
    let layers = Codec.layer.list("layers").decode(node, "layers", &context)
    return try #require(layers)
  }
}
