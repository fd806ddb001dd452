import Autograd
import Configuration
import Tensors
import TestSupport
import Testing

@testable import NeuralNetworks

/// Every layer that the catalogue lists, built from the examples that it brings.
@Suite struct LayerCatalogueTests {
  private static let forms = LayerCatalogue.forms.map(\.name)

  private func form(_ name: String) throws -> LayerForm {
    try #require(LayerCatalogue.forms.first { $0.name == name })
  }

  @Test func namesAreUnique() {
    #expect(Set(Self.forms).count == Self.forms.count)
    #expect(Set(ArchitectureCatalogue.forms.map(\.name)).count == ArchitectureCatalogue.forms.count)
  }

  @Test(arguments: forms) func hasExamplesOfItsKind(_ name: String) throws {
    let form = try form(name)
    #expect(!form.examples.isEmpty)
    for example in form.examples { #expect(example.layer.name == name) }
  }

  @Test(arguments: forms) func isReadAsItIsWritten(_ name: String) throws {
    for example in try form(name).examples {
      let node = Codec.layer.encode(example.layer)
      var reader = YAMLReader(fileName: name)
      let text = YAMLEmitter.inline(node)
      let read = reader.read(text)
      let again = try #require(read)
      var context = DecodingContext()
      #expect(Codec.layer.decode(again, "layers.0", &context) == example.layer)
      #expect(context.issues.isEmpty)
    }
  }

  /// Gradients with respect to inputs and parameters against differences in float64.
  @Test(arguments: forms) func hasItsGradients(_ name: String) throws {
    for example in try form(name).examples { try expectGradients(example) }
  }

  /// A layer that says that it hands a state on names it, and no other does.
  @Test(arguments: forms) func namesTheStatesThatItHandsOn(_ name: String) throws {
    for example in try form(name).examples {
      let model = try model(example, dtype: .float32, context: ExecutionContext())
      let carries = model.layers.contains { !$0.carriedStates.isEmpty }
      #expect(carries == model.hasRecurrentState)
    }
  }

  @Test(arguments: ArchitectureCatalogue.forms.map(\.name)) func architecturesAreReadAsTheyAreWritten(
    _ name: String
  ) throws {
    let form = try #require(ArchitectureCatalogue.forms.first { $0.name == name })
    let codec = ModelSpecification.record.codec
    var reader = YAMLReader(fileName: name)
    let text = YAMLEmitter.inline(codec.encode(form.example))
    let read = reader.read(text)
    let node = try #require(read)
    var context = DecodingContext()
    #expect(codec.decode(node, "model", &context) == form.example)
    #expect(context.issues.isEmpty && form.example.name == name)
    let layers = try form.example.layers(inputShape: form.inputShape, outputs: 7)
    let vocabulary = form.example.architecture.input == .tokens ? 7 : nil
    _ = try Model(layers, inputShape: form.inputShape, outputs: 7, vocabulary: vocabulary)
  }

  /// Each parameter frozen alone, and each trained alone.
  @Test(arguments: forms) func gradientsBesideFrozenParametersStay(_ name: String) throws {
    for example in try form(name).examples {
      let context = ExecutionContext()
      guard let whole = try pass(example, context: context) else { continue }
      for parameter in whole.model.store.parameters {
        let (all, this) = (ParameterRule(.everything), ParameterRule(try #require(PathPattern(parameter.path))))
        for rules in [[rule(this, freezes: true)], [rule(all, freezes: true), rule(this, freezes: false)]] {
          guard let part = try pass(example, rules: ParameterRules(rules), context: context) else { continue }
          #expect(part.model.store.trainable.contains { $0.path == parameter.path } == (rules.count == 2))
          for trained in part.model.store.trainable {
            let expected = whole.model.store.parameters[trained.index].view(of: whole.pass.gradients)
            let found = relativeDifference(trained.view(of: part.pass.gradients), expected)
            #expect(found <= 1e-12, "\(name): \(trained.path) beside \(parameter.path)")
          }
          if let expected = whole.pass.inputGradient {
            #expect(relativeDifference(try #require(part.pass.inputGradient), expected) <= 1e-12)
          }
        }
      }
    }
  }

  private func rule(_ rule: ParameterRule, freezes: Bool) -> ParameterRule {
    var rule = rule
    rule.freeze = freezes
    return rule
  }

  private func model(
    _ example: LayerExample, dtype: DType, rules: ParameterRules = ParameterRules(), context: ExecutionContext
  ) throws -> Model {
    let isSequence = example.inputShape.count == 2
    // A model begins with features, tokens or an image: a sequence comes from an embedding.
    let front: [LayerSpecification] =
      isSequence ? [.embedding(Embedding.Settings(vocabulary: 11, width: example.inputShape[1]))] : []
    return try Model(
      front + [example.layer, .flatten, linear(3)],
      inputShape: isSequence ? [example.inputShape[0]] : example.inputShape,
      vocabulary: isSequence ? 11 : example.vocabulary, predictsTokens: false, dtype: dtype, pool: context.pool,
      rules: rules)
  }

  private typealias Pass = (model: Model, x: Tensor, labels: Tensor, loss: Loss, pass: TrainingPass)

  /// A pass of a model around an example in float64; nil where the layer takes all parts of a batch side by side.
  private func pass(
    _ example: LayerExample, rules: ParameterRules = ParameterRules(), context: ExecutionContext
  ) throws -> Pass? {
    let model = try model(example, dtype: .float64, rules: rules, context: context)
    randomizeParameters(of: model)
    let readsTokens = example.inputShape.count == 2 || example.vocabulary != nil
    var random = TestRandom(seed: 47)
    let shape = [3] + model.inputShape
    let tokens = (0..<shape.reduce(1, *)).map { Double(($0 * 5) % (example.vocabulary ?? 11)) }
    let x =
      readsTokens
      ? Tensor(tokens, shape: shape, dtype: .float64, pool: context.pool) : random.tensor(shape, pool: context.pool)
    let labels = Tensor([2, 0, 1], shape: [3], dtype: .int32, pool: context.pool)
    let loss = Loss(.crossEntropy(labelSmoothing: 0, classWeights: .equal), classes: 3)
    guard !model.spansBatch else { return nil }
    let pass = TrainingPass(
      model, x, labels: labels, loss: loss, context: context, inputGradient: !readsTokens)
    return (model, x, labels, loss, pass)
  }

  private func expectGradients(_ example: LayerExample) throws {
    let context = ExecutionContext()
    guard let (model, x, labels, loss, pass) = try pass(example, context: context) else { return }

    func value() -> Double {
      let tape = Tape(context: context, recording: false)
      return loss(model(tape.input(x), ForwardPass(tape: tape, mode: .training, seed: 5)), labels: labels).value
    }
    var check = GradientCheck()
    if let gradient = pass.inputGradient {
      check.compare(gradient, withDifferencesIn: x, name: "input", of: value)
    }
    for parameter in model.store.parameters {
      check.compare(
        parameter.view(of: pass.gradients), withDifferencesIn: parameter.value, name: parameter.path, of: value)
    }
    #expect(check.largestError <= 1e-6, "\(example.layer.name) at \(check.worst)")
  }
}
