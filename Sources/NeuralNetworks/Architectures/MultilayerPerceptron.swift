import Autograd
import Configuration

/// Fully connected layers with an activation after each but the last.
public struct MultilayerPerceptron: Architecture {
  /// Sizes of the hidden layers, first to last; an empty list is a linear classifier.
  public var hidden: [Int]
  public var activation = Activation.relu
  /// Normalises the input of every activation; hidden layers then have no bias of their own.
  public var batchNorm = false
  /// Normalises by statistics of the global batch.
  public var syncBatchNorm = false
  /// Dropout rate of each activation's outputs.
  public var dropout = 0.0
  public var initializer = Initializer.heNormal

  public init(hidden: [Int]) { self.hidden = hidden }

  package func layers(for context: LayerContext, outputs: Int) throws(ModelError) -> [LayerSpecification] {
    guard batchNorm || !syncBatchNorm else {
      throw context.error("sync_batch_norm requires batch_norm", hint: "add batch_norm: true")
    }
    var layers: [LayerSpecification] = context.inputShape.count > 1 ? [.flatten] : []
    for size in hidden {
      layers.append(.linear(outputs: size, bias: !batchNorm, initializer: initializer))
      if batchNorm { layers.append(.batchNorm(BatchNorm.Settings(sync: syncBatchNorm))) }
      layers.append(.activation(activation))
      if dropout > 0 { layers.append(.dropout(rate: dropout)) }
    }
    return layers + [.linear(outputs: outputs, bias: true, initializer: initializer)]
  }
}

extension MultilayerPerceptron {
  package static let form = ArchitectureForm(
    "mlp", "linear layers with an activation after each but the last", template: MultilayerPerceptron(hidden: []),
    fields: [
      Field(
        "hidden", \.hidden, Codec.sizes(atLeast: 0), required: true,
        "Sizes of the hidden layers; an empty list makes a linear classifier (softmax regression)."),
      Field("activation", \.activation, .activation, "Activation after each hidden layer."),
      Field(
        "batch_norm", \.batchNorm, .truth,
        "Batch normalisation before each activation; hidden layers then have no bias."),
      Field("sync_batch_norm", \.syncBatchNorm, .truth, "As `sync` of the layer `batch_norm`; requires batch_norm."),
      Field("dropout", \.dropout, .share, "Dropout rate after each activation."),
      Field("initializer", \.initializer, .initializer, "Initial values of the weights."),
    ],
    example: example, on: [5, 7, 3],
    check: { perceptron, context in
      context.check(
        "model.batch_norm", "model.sync_batch_norm", holds: perceptron.batchNorm || !perceptron.syncBatchNorm,
        "sync_batch_norm requires batch_norm", hint: "add batch_norm: true")
    })

  private static var example: Self {
    var example = MultilayerPerceptron(hidden: [7, 5])
    (example.batchNorm, example.dropout, example.activation) = (true, 0.25, .gelu)
    return example
  }

  package var input: ArchitectureInput { .numbers }
  package var isLanguageModel: Bool { false }
}

extension ModelSpecification {
  /// Fully connected layers with an activation after each but the last.
  public static func multilayerPerceptron(_ settings: MultilayerPerceptron) -> Self { Self(settings) }
}
