import Autograd
import Configuration
import Tensors

/// Every branch takes the input; outputs `[batch, …, channelsᵢ]` are concatenated to `[batch, …, Σ channelsᵢ]`.
public final class Parallel: Layer {
  public let path: String
  public let name = "parallel"
  public let outputShape: [Int]
  public let branches: [Sequential]

  init(path: String, branches: [Sequential]) {
    (self.path, self.branches) = (path, branches)
    let shapes = branches.map(\.outputShape)
    outputShape = shapes[0].dropLast() + [shapes.reduce(0) { $0 + $1[$1.count - 1] }]
  }

  public var children: [any Layer] { branches.flatMap(\.layers) }
  public var spansBatch: Bool { false }
  public var multiplyAdds: Int { 0 }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    let outputs = try pass.branching(branches.count) { try branches[$0].forward(parts, pass) }
    return parts.indices.map { part in Variable.concatenatingChannels(outputs.map { $0[part] }) }
  }
}

extension Parallel {
  package struct Settings: LayerSettings {
    var branches: [[LayerSpecification]] = []

    package static let forms = [
      LayerForm(
        "parallel", "Gives x to every branch and concatenates their outputs along channels.", shorthand: "branches",
        template: Settings(),
        fields: [
          Field(
            "branches", \.branches, Codec.layer.list("layers").list("lists of layers", atLeast: 1), required: true,
            "The branches; an empty list passes x on.")
        ],
        examples: [LayerExample(.parallel(branches: [[.linear(outputs: 5), .activation(.tanh)], []]), on: [7])])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      guard !branches.isEmpty else { throw context.error("has no branches", hint: "list at least one") }
      var built: [Sequential] = []
      for (index, branch) in branches.enumerated() {
        let path = "\(context.path).branches.\(index)"
        built.append(try builder.sequential(branch, path: path, inputShape: context.inputShape))
      }
      let sizes = built.map { $0.outputShape.dropLast() }
      if let odd = sizes.firstIndex(where: { $0 != sizes[0] }) {
        let (first, other) = (describe(built[0].outputShape), describe(built[odd].outputShape))
        throw context.error(
          "branch 0 gives \(first), branch \(odd) gives \(other)",
          hint: context.inputShape.count == 2
            ? "all branches must give equally many time steps, or none; only channels may differ"
            : "all branches must give one height and width; only channels may differ")
      }
      return Parallel(path: context.path, branches: built)
    }
  }
}

extension LayerSpecification {
  /// Every branch takes x; outputs are concatenated along channels.
  public static func parallel(branches: [[LayerSpecification]]) -> Self { Self(Parallel.Settings(branches: branches)) }
}
