/// Fully connected layers with an activation after each but the last.
public struct MultilayerPerceptron: Sendable, Equatable {
  /// Sizes of the hidden layers, first to last; none makes a linear classifier.
  public var hidden: [Int]
  public var activation = Activation.relu
  /// Normalises the input of every activation; hidden layers then have no bias of their own.
  public var batchNorm = false
  /// Normalises by statistics of the global batch.
  public var syncBatchNorm = false
  /// Share of each activation's outputs that training sets to zero.
  public var dropout = 0.0
  public var initializer = Initializer.heNormal

  public init(hidden: [Int]) { self.hidden = hidden }

  func layers(inputShape: [Int], outputs: Int) -> [LayerSpecification] {
    var layers: [LayerSpecification] = inputShape.count > 1 ? [.flatten] : []
    for size in hidden {
      layers.append(.linear(outputs: size, bias: !batchNorm, initializer: initializer))
      if batchNorm { layers.append(.batchNorm(BatchNormSpecification(sync: syncBatchNorm))) }
      layers.append(.activation(activation))
      if dropout > 0 { layers.append(.dropout(rate: dropout)) }
    }
    return layers + [.linear(outputs: outputs, bias: true, initializer: initializer)]
  }
}
