import Autograd
import Configuration
import Tensors

/// output = body(x) + shortcut(x) (He et al., 2016); an empty shortcut is the identity. Both have the output's shape.
public final class Residual: ReLUFusing {
  public let path: String
  public let name = "residual"
  public let outputShape: [Int]
  public let body: Sequential
  public let shortcut: Sequential
  var fusesReLU = false

  init(path: String, body: Sequential, shortcut: Sequential) {
    (self.path, self.body, self.shortcut) = (path, body, shortcut)
    outputShape = body.outputShape
  }

  public var children: [any Layer] { body.layers + shortcut.layers }
  public var spansBatch: Bool { false }

  public var multiplyAdds: Int { 0 }

  public func forward(_ parts: [Variable], _ pass: JointPass) throws -> [Variable] {
    let outputs = try pass.branching(2) { try ($0 == 0 ? body : shortcut).forward(parts, pass) }
    return zip(outputs[0], outputs[1]).map { add($0, $1, fusing: pass.fusesLayers) }
  }

  private func add(_ first: Variable, _ second: Variable, fusing: Bool) -> Variable {
    fusesReLU && fusing ? first.addingWithReLU(second) : first + second
  }
}

extension Residual {
  package struct Settings: LayerSettings {
    var body: [LayerSpecification] = []
    var shortcut: [LayerSpecification] = []
    /// Name of the body in paths; nil gives its layers the paths of siblings of the residual layer.
    var bodyName: String? = "body"
    var shortcutName = "shortcut"

    package static let forms = [
      LayerForm(
        "residual", "body(x) + shortcut(x).", shorthand: "body", template: Settings(),
        fields: [
          Field(
            "body", \.body, Codec.layer.list("layers", atLeast: 1), required: true, "Layers of the residual branch."),
          Field(
            "shortcut", \.shortcut, Codec.layer.list("layers"), "Layers beside it; an empty list passes x on."),
        ],
        examples: [
          LayerExample(
            .residual(body: [.linear(outputs: 5), .activation(.tanh), .linear(outputs: 7)], shortcut: []), on: [7]),
          LayerExample(.residual(body: [.linear(outputs: 5)], shortcut: [.linear(outputs: 5)]), on: [3, 7]),
        ])
    ]

    package var timeDependence: TimeDependence { .none }

    package func layer(
      for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
    ) throws(ModelError) -> any Layer {
      let bodyLayers = try builder.sequential(
        body, path: bodyName.map { "\(context.path).\($0)" } ?? context.listPath, inputShape: context.inputShape)
      let shortcutPath = bodyName == nil ? context.beside(shortcutName) : "\(context.path).\(shortcutName)"
      let shortcutLayers = try builder.sequential(shortcut, path: shortcutPath, inputShape: context.inputShape)
      guard bodyLayers.outputShape == shortcutLayers.outputShape else {
        let (first, second) = (describe(bodyLayers.outputShape), describe(shortcutLayers.outputShape))
        throw context.error(
          "the body gives \(first), the shortcut \(second)",
          hint: shortcut.isEmpty
            ? "give it a shortcut that changes the shape, such as \(Self.shapeChanger(of: context.inputShape))"
            : "make both give the same shape")
      }
      return Residual(path: context.path, body: bodyLayers, shortcut: shortcutLayers)
    }

    private static func shapeChanger(of inputShape: [Int]) -> String {
      switch inputShape.count {
      case 1: "linear with the body's outputs"
      case 2: "a conv1d of kernel 1 with the body's filters and stride"
      default: "a 1×1 conv with the body's filters and stride"
      }
    }
  }
}

extension LayerSpecification {
  /// output = body(x) + shortcut(x); an empty shortcut is the identity.
  public static func residual(body: [LayerSpecification], shortcut: [LayerSpecification]) -> Self {
    Self(Residual.Settings(body: body, shortcut: shortcut))
  }
}
