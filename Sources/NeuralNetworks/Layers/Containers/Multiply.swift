import Autograd
import Configuration
import Tensors

/// The elementwise product of its branches' outputs for one input: gates (Dauphin et al., 2017), and
/// squeeze-and-excitation (Hu, Shen and Sun, 2018).
///
/// Outputs are `[batch, …, channels]` of one shape; an output `[batch, channels]` among those of images or sequences
/// is applied at all positions of its sample.
public final class Multiply: Layer {
  public let path: String
  public let name: String
  public let outputShape: [Int]
  public let branches: [Sequential]

  init(path: String, name: String, outputShape: [Int], branches: [Sequential]) {
    (self.path, self.name, self.outputShape, self.branches) = (path, name, outputShape, branches)
  }

  public var children: [any Layer] { branches.flatMap(\.layers) }
  public var spansBatch: Bool { false }
  public var multiplyAdds: Int { 0 }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    let outputs = try pass.branching(branches.count) { try branches[$0].forward(parts, pass) }
    return parts.indices.map { part in
      let factors = outputs.map { $0[part] }
      let largest = factors.firstIndex { $0.shape.count == outputShape.count + 1 } ?? 0
      // By index: branches that pass x on give the same variable.
      return factors.indices.filter { $0 != largest }.reduce(factors[largest]) { product, index in
        let factor = factors[index]
        return factor.shape.count == product.shape.count ? product * factor : product.scalingChannels(by: factor)
      }
    }
  }
}

extension Multiply {
  package struct Settings: LayerSettings {
    var branches: [[LayerSpecification]] = []

    package static let forms = [
      LayerForm(
        "multiply",
        "Gives x to every branch and multiplies their outputs, element by element; a branch that gives one vector for each sample "
          + "is applied at all positions: a gate, or squeeze-and-excitation (Hu et al., 2018).",
        shorthand: "branches", template: Settings(),
        fields: [
          Field(
            "branches", \.branches, Codec.layer.list("layers").list("lists of layers", atLeast: 2), required: true,
            "The branches; an empty list passes x on.")
        ],
        examples: [
          LayerExample(
            .multiply(branches: [[], [.globalAveragePool, .linear(outputs: 3), .activation(.sigmoid)]]), on: [5, 7, 3]),
          LayerExample(
            .multiply(branches: [[.linear(outputs: 5)], [.linear(outputs: 5), .activation(.tanh)]]), on: [7, 3]),
        ])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      guard branches.count > 1 else { throw context.error("has fewer than two branches", hint: "list two or more") }
      var built: [Sequential] = []
      for (index, branch) in branches.enumerated() {
        built.append(
          try builder.sequential(branch, path: "\(context.path).branches.\(index)", inputShape: context.inputShape))
      }
      let shapes = built.map(\.outputShape)
      let largest = shapes.max { $0.count < $1.count } ?? []
      if let odd = shapes.firstIndex(where: { $0 != largest && $0 != largest.suffix(1) }) {
        throw context.error(
          "branch \(odd) gives \(describe(shapes[odd])), another one \(describe(largest))",
          hint: "all branches must give one shape, or one number a channel")
      }
      // A vector of the whole sequence depends on its last tokens.
      guard !builder.predictsTokens || shapes.allSatisfy({ $0.count == largest.count }) else {
        throw context.error(
          "sees the tokens that are to be predicted", hint: "let every branch give a vector for each time step")
      }
      return Multiply(path: context.path, name: kind, outputShape: largest, branches: built)
    }
  }
}

extension LayerSpecification {
  /// Every branch takes x; outputs are multiplied.
  public static func multiply(branches: [[LayerSpecification]]) -> Self { Self(Multiply.Settings(branches: branches)) }
}
