import Configuration

/// The settings of one kind of layer, as configurations write them, before the shapes are known.
package protocol LayerSettings: Sendable, Equatable {
  /// The kind's form in configurations; several if kinds share their settings.
  static var forms: [LayerForm] { get }

  /// The word that configurations and messages use for the layer.
  var kind: String { get }

  /// The layer's own receptive window, without those of layers inside it.
  var timeDependence: TimeDependence { get }

  /// Whether the layer reads numbers of tokens, so that only a model of tokens can begin with it.
  var readsTokens: Bool { get }

  /// Checks that the input fits, and builds the layer.
  ///
  /// - Parameter previous: The preceding layer of the list, which may be able to fuse this one.
  func layer(
    for context: LayerContext, behind previous: (any Layer)?, in builder: ModelBuilder
  ) throws(ModelError) -> any Layer
}

extension LayerSettings {
  package var kind: String { Self.forms[0].name }
  package var readsTokens: Bool { false }

  fileprivate func isEqual(to other: any LayerSettings) -> Bool { (other as? Self) == self }
}

/// Receptive window: how the output at a time step depends on earlier time steps.
package enum TimeDependence: Sendable {
  /// It does not depend on them, or the layer removes the time axis.
  case none
  /// Through a state, which one pass can hand to the next.
  case state
  /// On few time steps, which each pass reads again.
  case window
  /// On all earlier time steps or on their indices, up to a longest context; a cache keeps what was read from one pass
  /// to the next.
  case context
}

/// One layer of a model as a configuration writes it, before the shapes are known.
///
/// Each kind of layer has a function that makes its specification: `.linear(outputs: 10)`, `.flatten`.
public struct LayerSpecification: Sendable, Equatable {
  package let settings: any LayerSettings
  /// The layer's name in its list, which replaces its number in the path.
  public private(set) var itemName: String?

  package init(_ settings: any LayerSettings) { self.settings = settings }

  /// The same layer with a name of its own in its list: a letter or `_`, then letters, digits and `_`, at most 64.
  public func named(_ name: String) -> Self {
    precondition(Self.isItemName(name), "'\(name)' is no name of a layer")
    var copy = self
    copy.itemName = name
    return copy
  }

  package static func isItemName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return false }
    return text.unicodeScalars.allSatisfy {
      $0 == "_" || ($0.isASCII && $0.properties.isAlphabetic) || ("0"..."9").contains($0)
    }
  }

  /// The word that configurations and messages use for this layer.
  public var name: String { settings.kind }

  public static func == (first: Self, second: Self) -> Bool {
    first.itemName == second.itemName && first.settings.isEqual(to: second.settings)
  }
}
